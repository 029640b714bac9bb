#include <cmath>

#include "architectures/decoder.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

constexpr double kMostSize = 1 << 28;
constexpr std::int64_t kMostLayers = 4096;

/// The same fact under the names of both kinds of files.
struct Key {
  const char* hugging_face;
  const char* gguf;
};

class Reader {
 public:
  explicit Reader(const Checkpoint& c) : c_(c) {}

  std::string name(const Key& key) const {
    return c_.naming() == Naming::gguf ? key.gguf : key.hugging_face;
  }

  std::optional<double> number(const Key& key) const {
    const std::string k = name(key);
    return k.empty() ? std::nullopt : c_.number(k);
  }

  std::int64_t size(const Key& key, std::optional<std::int64_t> otherwise = std::nullopt) const {
    const auto x = number(key);
    if (!x && otherwise) return *otherwise;
    if (!x) throw Error(Fault::corrupt, cat("there is no ", name(key)));
    if (!(*x >= 1) || *x > kMostSize || *x != std::floor(*x)) {
      throw Error(Fault::corrupt, cat(name(key), " is ", *x, ", want a whole number from 1 on"));
    }
    return static_cast<std::int64_t>(*x);
  }

  double positive(const Key& key, double otherwise) const {
    const auto x = number(key);
    if (!x) return otherwise;
    if (!(*x > 0) || !std::isfinite(*x)) {
      throw Error(Fault::corrupt, cat(name(key), " is ", *x, ", want a positive number"));
    }
    return *x;
  }

 private:
  const Checkpoint& c_;
};

constexpr Key kHidden{"hidden_size", "embedding_length"};
constexpr Key kHeads{"num_attention_heads", "attention.head_count"};
constexpr Key kKvHeads{"num_key_value_heads", "attention.head_count_kv"};
constexpr Key kHeadSize{"head_dim", "attention.key_length"};
constexpr Key kVocabulary{"vocab_size", "vocab_size"};

/// The prefix of what config.json says of positions: newer ones keep everything in one object.
std::string scaling_prefix(const Checkpoint& c) {
  for (const char* prefix : {"rope_scaling.", "rope_parameters."}) {
    if (c.text(cat(prefix, "rope_type")) || c.text(cat(prefix, "type"))) return prefix;
  }
  return {};
}

RopeScaling read_scaling(const Checkpoint& c) {
  const std::string prefix = scaling_prefix(c);
  RopeScaling s;
  if (prefix.empty()) return s;
  const auto type = c.text(prefix + "rope_type");
  const std::string kind = type ? *type : *c.text(prefix + "type");
  if (kind == "default") return s;
  if (kind != "linear" && kind != "llama3") {
    throw Error(Fault::unsupported, cat("positions stretched by '", escape_terminal(kind, 40),
                                        "'; known are default, linear, llama3"));
  }
  const auto positive = [&](const char* key) {
    const auto x = c.number(prefix + key);
    if (!x || !(*x > 0) || !std::isfinite(*x)) {
      throw Error(Fault::corrupt, cat(prefix, key, ": want a positive number"));
    }
    return *x;
  };
  s.factor = positive("factor");
  s.kind = RopeScaling::Kind::linear;
  if (kind == "linear") return s;
  s.kind = RopeScaling::Kind::llama3;
  s.low_frequency = positive("low_freq_factor");
  s.high_frequency = positive("high_freq_factor");
  s.original_length = positive("original_max_position_embeddings");
  if (s.high_frequency <= s.low_frequency) {
    throw Error(Fault::corrupt, cat(prefix, "high_freq_factor is not above low_freq_factor"));
  }
  return s;
}

RopeScaling read_gguf_scaling(const Checkpoint& c) {
  RopeScaling s;
  const auto type = c.text("rope.scaling.type");
  if (!type || *type == "none") return s;
  if (*type != "linear") {
    throw Error(Fault::unsupported, cat("positions stretched by '", escape_terminal(*type, 40),
                                        "'; known are none, linear"));
  }
  s.kind = RopeScaling::Kind::linear;
  s.factor = c.number("rope.scaling.factor").value_or(1);
  if (!(s.factor > 0) || !std::isfinite(s.factor)) {
    throw Error(Fault::corrupt, cat("rope.scaling.factor is ", s.factor));
  }
  return s;
}

void check_heads(const DecoderConfig& d) {
  if (d.heads % d.kv_heads != 0) {
    throw Error(Fault::corrupt, cat(d.heads, " heads cannot share ", d.kv_heads, " of keys"));
  }
  if (d.head_size % 2 != 0) {
    throw Error(Fault::corrupt, cat("heads of ", d.head_size, " values cannot be turned in pairs"));
  }
}

}  // namespace

DecoderConfig read_decoder_config(const Checkpoint& c) {
  const Reader r(c);
  const bool gguf = c.naming() == Naming::gguf;
  DecoderConfig d;
  d.hidden = r.size(kHidden);
  d.layers = r.size({"num_hidden_layers", "block_count"});
  if (d.layers > kMostLayers) throw Error(Fault::resource, cat(d.layers, " layers"));
  d.intermediate = r.size({"intermediate_size", "feed_forward_length"});
  d.heads = r.size(kHeads);
  d.kv_heads = r.size(kKvHeads, d.heads);
  if (!r.number(kHeadSize) && d.hidden % d.heads != 0) {
    throw Error(Fault::corrupt, cat(d.heads, " heads in ", d.hidden, " values"));
  }
  d.head_size = r.size(kHeadSize, d.hidden / d.heads);
  const std::string embedding = gguf ? "token_embd.weight" : "";
  const auto shape = gguf ? c.shape(embedding) : std::nullopt;
  std::optional<std::int64_t> words;
  if (shape && shape->size() == 2) words = (*shape)[0];
  d.vocabulary = r.size(kVocabulary, words);
  d.norm_epsilon = r.positive({"rms_norm_eps", "attention.layer_norm_rms_epsilon"}, 1e-5);
  d.rope_theta = r.positive({"rope_theta", "rope.freq_base"},
                            r.positive({"rope_parameters.rope_theta", ""}, 10000));
  d.rope_scaling = gguf ? read_gguf_scaling(c) : read_scaling(c);
  d.tied = gguf ? !c.shape("output.weight") : c.flag("tie_word_embeddings").value_or(false);
  if (gguf && r.size({"", "rope.dimension_count"}, d.head_size) != d.head_size) {
    throw Error(Fault::unsupported, "rope.dimension_count: heads that are turned in part");
  }
  if (!gguf && c.number("partial_rotary_factor").value_or(1) != 1) {
    throw Error(Fault::unsupported, "partial_rotary_factor: heads that are turned in part");
  }
  check_heads(d);
  return d;
}

}  // namespace pare
