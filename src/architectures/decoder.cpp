#include "architectures/decoder.hpp"

#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

/// A part of the model, by the name that it has in each kind of file.
struct Part {
  const char* hugging_face;
  const char* gguf;
};
constexpr Part kEmbedding{"embed_tokens", "token_embd"};
constexpr Part kFinalNorm{"norm", "output_norm"};
constexpr Part kAttentionNorm{"input_layernorm", "attn_norm"};
constexpr Part kQuery{"self_attn.q_proj", "attn_q"};
constexpr Part kKey{"self_attn.k_proj", "attn_k"};
constexpr Part kValue{"self_attn.v_proj", "attn_v"};
constexpr Part kAttentionOut{"self_attn.o_proj", "attn_output"};
constexpr Part kQueryNorm{"self_attn.q_norm", "attn_q_norm"};
constexpr Part kKeyNorm{"self_attn.k_norm", "attn_k_norm"};
constexpr Part kNetworkNorm{"post_attention_layernorm", "ffn_norm"};
constexpr Part kGate{"mlp.gate_proj", "ffn_gate"};
constexpr Part kUp{"mlp.up_proj", "ffn_up"};
constexpr Part kDown{"mlp.down_proj", "ffn_down"};

/// Frequencies of the pairs of a head: theta^(-2k / size), stretched.
std::vector<double> frequencies(const DecoderConfig& d, const Checkpoint& c) {
  const RopeScaling& s = d.rope_scaling;
  std::vector<double> out;
  for (std::int64_t k = 0; k < d.head_size / 2; ++k) {
    double f =
        std::pow(d.rope_theta, -2.0 * static_cast<double>(k) / static_cast<double>(d.head_size));
    if (s.kind == RopeScaling::Kind::linear) f /= s.factor;
    if (s.kind == RopeScaling::Kind::llama3) {
      const double turns = s.original_length * f / (2 * std::numbers::pi);  // in the old length
      if (turns < s.low_frequency) {
        f /= s.factor;
      } else if (turns <= s.high_frequency) {
        const double kept = (turns - s.low_frequency) / (s.high_frequency - s.low_frequency);
        f *= (1 - kept) / s.factor + kept;
      }
    }
    out.push_back(f);
  }
  if (s.kind != RopeScaling::Kind::table) return out;
  const std::vector<float> divisors = c.load("rope_freqs.weight").to_floats();
  if (divisors.size() != out.size()) {
    throw Error(Fault::corrupt,
                cat("rope_freqs.weight has ", divisors.size(), " values, want ", out.size()));
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (!(divisors[k] > 0)) throw Error(Fault::corrupt, cat("rope_freqs.weight: ", divisors[k]));
    out[k] /= static_cast<double>(divisors[k]);
  }
  return out;
}

class DecoderBuilder {
 public:
  DecoderBuilder(const DecoderConfig& d, const Checkpoint& c)
      : d_(d), c_(c), graph_(std::make_unique<Graph>()) {
    for (const char* prefix : {"model.", "language_model.model.", ""}) {
      prefix_ = prefix;
      if (c_.shape(prefix_ + "embed_tokens.weight")) break;
    }
  }

  std::unique_ptr<Graph> build() {
    graph_->set_name(c_.architecture());
    ids_ = graph_->add_input("input_ids",
                             ValueType(dtype_of(ElementKind::i64),
                                       SymShape{Dim::symbol("batch"), Dim::symbol("sequence")}));
    for (std::int64_t i = 0; i < d_.layers; ++i) {
      past_.push_back({cache_input(i, "key"), cache_input(i, "value")});
    }
    make_rotation();
    Value* embedding = weights(kEmbedding, -1, {d_.vocabulary, d_.hidden});
    Value* x = node("Gather", {embedding, ids_}, "embeddings");
    for (std::int64_t i = 0; i < d_.layers; ++i) x = layer(i, x);
    x = norm(kFinalNorm, -1, x, d_.hidden);
    graph_->add_output(head(embedding, x));
    for (Value* v : present_) graph_->add_output(v);
    return std::move(graph_);
  }

 private:
  struct Cache {
    Value* key;
    Value* value;
  };

  Value* cache_input(std::int64_t i, const char* what) {
    const SymShape shape = {Dim::symbol("batch"), d_.kv_heads, Dim::symbol("past"), d_.head_size};
    return graph_->add_input(cat("past_key_values.", i, ".", what),
                             ValueType(dtype_of(ElementKind::f32), shape));
  }

  std::string name(const Part& part, std::int64_t layer) const {
    if (c_.naming() == Naming::gguf) {
      return layer < 0 ? part.gguf : cat("blk.", layer, ".", part.gguf);
    }
    return layer < 0 ? prefix_ + part.hugging_face
                     : cat(prefix_, "layers.", layer, ".", part.hugging_face);
  }

  Value* node(const char* op, std::vector<Value*> inputs, std::string_view name,
              Attributes attributes = {}, const char* domain = "") {
    return graph_
        ->add_node({.op = op,
                    .inputs = std::move(inputs),
                    .attributes = std::move(attributes),
                    .domain = domain,
                    .name = std::string(name)})
        ->output();
  }

  Value* ints(const Ints& values, const char* hint) {
    return graph_->add_constant(
        Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values), hint);
  }

  /// A tensor as float32 numbers, its constant as the file has it.
  Value* load(const std::string& tensor, const Shape& wanted) {
    const auto shape = c_.shape(tensor);
    if (!shape) throw Error(Fault::corrupt, cat("there is no tensor ", escape_terminal(tensor)));
    if (*shape != wanted) {
      throw Error(Fault::corrupt, cat("tensor ", escape_terminal(tensor), " has shape ",
                                      to_string(*shape), ", want ", to_string(wanted)));
    }
    return during([&] { return cat("reading tensor ", escape_terminal(tensor)); },
                  [&] {
                    Tensor data = c_.load(tensor);
                    const ElementKind kind = data.kind();
                    Value* v = graph_->add_constant(std::move(data), tensor);
                    if (kind == ElementKind::f32) return v;
                    if (kind == ElementKind::block) {
                      return node("DequantizeBlocks", {v}, tensor + ".decoded", {}, "pare");
                    }
                    return node("Cast", {v}, tensor + ".cast", {{"to", std::int64_t{1}}});
                  });
  }

  Value* weights(const Part& part, std::int64_t layer, const Shape& wanted) {
    return load(name(part, layer) + ".weight", wanted);
  }

  /// x W' (+ b): weights are [out, in].
  Value* linear(const Part& part, std::int64_t layer, Value* x, std::int64_t in, std::int64_t out) {
    const std::string n = name(part, layer);
    Value* w =
        node("Transpose", {weights(part, layer, {out, in})}, n + ".turned", {{"perm", Ints{1, 0}}});
    Value* y = node("MatMul", {x, w}, n);
    if (!c_.shape(n + ".bias")) return y;
    return node("Add", {y, load(n + ".bias", {out})}, n + ".biased");
  }

  Value* norm(const Part& part, std::int64_t layer, Value* x, std::int64_t size) {
    return node("RMSNormalization", {x, weights(part, layer, {size})}, name(part, layer),
                {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(d_.norm_epsilon)}});
  }

  /// Cosines and sines [batch, sequence, head_size / 2] of the angles of all tokens.
  void make_rotation() {
    Value* one = graph_->add_constant(Tensor::scalar<std::int64_t>(1), "one");
    const auto size = [&](Value* of, std::int64_t axis, const char* what) {
      Value* shape = node("Shape", {of}, cat(what, "_shape"), {{"start", axis}, {"end", axis + 1}});
      return node("Squeeze", {shape, ints({0}, "axis")}, what);
    };
    Value* past = size(past_.front().key, 2, "past_length");
    Value* length = size(ids_, 1, "length");
    Value* end = node("Add", {past, length}, "end");
    Value* positions = node("Range", {past, end, one}, "positions");
    positions = node("Cast", {positions}, "positions_float", {{"to", std::int64_t{1}}});
    positions = node("Reshape", {positions, ints({1, -1, 1}, "column")}, "positions_column");
    const std::vector<double> f = frequencies(d_, c_);
    const std::vector<float> narrow(f.begin(), f.end());
    const auto half = static_cast<std::int64_t>(f.size());
    Value* angles = node(
        "Mul", {positions, graph_->add_constant(Tensor::of<float>({half}, narrow), "frequencies")},
        "angles");
    Value* sizes = node("Concat", {node("Shape", {ids_}, "sizes"), ints({half}, "pairs")},
                        "angle_sizes", {{"axis", std::int64_t{0}}});
    cosines_ = node("Expand", {node("Cos", {angles}, "cosines_of_one"), sizes}, "cosines");
    sines_ = node("Expand", {node("Sin", {angles}, "sines_of_one"), sizes}, "sines");
  }

  /// Queries or keys: projected, perhaps normalised by heads, and turned.
  Value* turned(const Part& projection, const Part& head_norm, std::int64_t layer, Value* x,
                std::int64_t heads) {
    Value* y = linear(projection, layer, x, d_.hidden, heads * d_.head_size);
    const std::string n = name(projection, layer);
    if (d_.qk_norm) {
      y = node("Reshape", {y, ints({0, 0, heads, d_.head_size}, "heads")}, n + ".heads");
      y = norm(head_norm, layer, y, d_.head_size);
      y = node("Reshape", {y, ints({0, 0, heads * d_.head_size}, "row")}, n + ".row");
    }
    return node("RotaryEmbedding", {y, cosines_, sines_}, n + ".turned",
                {{"num_heads", heads}, {"interleaved", std::int64_t{d_.interleaved ? 1 : 0}}});
  }

  Value* layer(std::int64_t i, Value* x) {
    Value* h = norm(kAttentionNorm, i, x, d_.hidden);
    Value* q = turned(kQuery, kQueryNorm, i, h, d_.heads);
    Value* k = turned(kKey, kKeyNorm, i, h, d_.kv_heads);
    Value* v = linear(kValue, i, h, d_.hidden, d_.kv_heads * d_.head_size);
    Attributes attributes = {
        {"is_causal", std::int64_t{1}}, {"q_num_heads", d_.heads}, {"kv_num_heads", d_.kv_heads}};
    if (d_.window >= 0 && i >= d_.full_layers) attributes["left_window_size"] = d_.window;
    const Cache& past = past_[static_cast<std::size_t>(i)];
    Node* attention = graph_->add_node({
        .op = "Attention",
        .inputs = {q, k, v, nullptr, past.key, past.value},
        .attributes = std::move(attributes),
        .name = cat("attention.", i),
        .output_names = {"", cat("present.", i, ".key"), cat("present.", i, ".value")},
    });
    present_.push_back(attention->output(1));
    present_.push_back(attention->output(2));
    Value* a = linear(kAttentionOut, i, attention->output(), d_.heads * d_.head_size, d_.hidden);
    x = node("Add", {x, a}, cat("layer.", i, ".attended"));
    h = norm(kNetworkNorm, i, x, d_.hidden);
    Value* gate =
        node("Swish", {linear(kGate, i, h, d_.hidden, d_.intermediate)}, cat("layer.", i, ".gate"));
    Value* up = linear(kUp, i, h, d_.hidden, d_.intermediate);
    Value* wide = node("Mul", {gate, up}, cat("layer.", i, ".gated"));
    Value* down = linear(kDown, i, wide, d_.intermediate, d_.hidden);
    return node("Add", {x, down}, cat("layer.", i, ".out"));
  }

  Value* head(Value* embedding, Value* x) {
    Value* w = d_.tied ? embedding
                       : load(c_.naming() == Naming::gguf ? "output.weight" : "lm_head.weight",
                              {d_.vocabulary, d_.hidden});
    w = node("Transpose", {w}, "head_turned", {{"perm", Ints{1, 0}}});
    Node* product = graph_->add_node(
        {.op = "MatMul", .inputs = {x, w}, .name = "head", .output_names = {"logits"}});
    return product->output();
  }

  const DecoderConfig& d_;
  const Checkpoint& c_;
  std::unique_ptr<Graph> graph_;
  std::string prefix_;
  Value* ids_ = nullptr;
  Value* cosines_ = nullptr;
  Value* sines_ = nullptr;
  std::vector<Cache> past_;
  std::vector<Value*> present_;
};

}  // namespace

std::unique_ptr<Graph> build_decoder(const DecoderConfig& config, const Checkpoint& checkpoint) {
  return DecoderBuilder(config, checkpoint).build();
}

}  // namespace pare
