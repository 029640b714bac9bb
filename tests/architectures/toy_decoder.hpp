#pragma once

// A small language model in memory, and a decoder written down here from the papers, token by
// token in double: what graphs of architectures are held against.

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "architectures/checkpoint.hpp"
#include "base/rng.hpp"

namespace pare::toy {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;  // [rows][columns]

/// A checkpoint in memory.
struct Made {
  std::string type = "llama";
  std::map<std::string, double> numbers;
  std::map<std::string, bool> flags;
  std::map<std::string, std::string> texts;
  std::map<std::string, Tensor> tensors;
};

class MadeCheckpoint final : public Checkpoint {
 public:
  MadeCheckpoint(Made made, Naming naming) : made_(std::move(made)), naming_(naming) {}
  [[nodiscard]] Naming naming() const override { return naming_; }
  [[nodiscard]] std::string architecture() const override { return made_.type; }
  [[nodiscard]] std::optional<double> number(const std::string& key) const override {
    return find(made_.numbers, key);
  }
  [[nodiscard]] std::optional<bool> flag(const std::string& key) const override {
    return find(made_.flags, key);
  }
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const override {
    return find(made_.texts, key);
  }
  [[nodiscard]] std::optional<Shape> shape(const std::string& tensor) const override {
    const auto t = find(made_.tensors, tensor);
    return t ? std::optional<Shape>(t->shape()) : std::nullopt;
  }
  [[nodiscard]] Tensor load(const std::string& tensor) const override {
    return made_.tensors.at(tensor);
  }

 private:
  template <class T>
  static std::optional<T> find(const std::map<std::string, T>& in, const std::string& key) {
    const auto it = in.find(key);
    return it == in.end() ? std::nullopt : std::optional<T>(it->second);
  }
  Made made_;
  Naming naming_;
};

struct Sizes {
  int layers = 2, hidden = 12, intermediate = 20, heads = 3, kv_heads = 1, head = 6, words = 17;
  bool bias = false, qk_norm = false, tied = false;
  int window = -1;  ///< tokens before the own one
  int full_layers = 0;
};

inline Tensor random(Rng& rng, const Shape& shape, float scale, float offset = 0) {
  Tensor t(ElementKind::f32, shape);
  for (float& x : t.mutable_data<float>()) {
    x = offset + scale * (2 * static_cast<float>(rng.uniform()) - 1);
  }
  return t;
}

/// Under the names of Hugging Face.
inline Made make(const std::string& type, const Sizes& s) {
  Made m;
  m.type = type;
  m.numbers = {{"hidden_size", s.hidden},
               {"num_hidden_layers", s.layers},
               {"intermediate_size", s.intermediate},
               {"num_attention_heads", s.heads},
               {"num_key_value_heads", s.kv_heads},
               {"head_dim", s.head},
               {"vocab_size", s.words},
               {"rms_norm_eps", 1e-5},
               {"rope_theta", 100}};
  m.flags = {{"tie_word_embeddings", s.tied}};
  Rng rng(9);
  const auto matrix = [&](const std::string& name, int rows, int columns) {
    m.tensors[name + ".weight"] = random(rng, {rows, columns}, 0.6F);
  };
  const auto norm = [&](const std::string& name, int size) {
    m.tensors[name + ".weight"] = random(rng, {size}, 0.3F, 1);
  };
  matrix("model.embed_tokens", s.words, s.hidden);
  norm("model.norm", s.hidden);
  if (!s.tied) matrix("lm_head", s.words, s.hidden);
  for (int i = 0; i < s.layers; ++i) {
    const std::string p = "model.layers." + std::to_string(i) + ".";
    norm(p + "input_layernorm", s.hidden);
    norm(p + "post_attention_layernorm", s.hidden);
    matrix(p + "self_attn.q_proj", s.heads * s.head, s.hidden);
    matrix(p + "self_attn.k_proj", s.kv_heads * s.head, s.hidden);
    matrix(p + "self_attn.v_proj", s.kv_heads * s.head, s.hidden);
    matrix(p + "self_attn.o_proj", s.hidden, s.heads * s.head);
    matrix(p + "mlp.gate_proj", s.intermediate, s.hidden);
    matrix(p + "mlp.up_proj", s.intermediate, s.hidden);
    matrix(p + "mlp.down_proj", s.hidden, s.intermediate);
    for (const char* n : {"q_proj", "k_proj", "v_proj"}) {
      const std::string name = p + "self_attn." + n;
      if (s.bias) {
        m.tensors[name + ".bias"] = random(rng, {m.tensors.at(name + ".weight").dim(0)}, 0.5F);
      }
    }
    if (s.qk_norm) norm(p + "self_attn.q_norm", s.head);
    if (s.qk_norm) norm(p + "self_attn.k_norm", s.head);
  }
  return m;
}

/// The same model as a converter to GGUF writes it; `permuted`: rows of queries and keys in the
/// order of neighbouring pairs.
inline Made to_gguf(const Made& m, const Sizes& s, bool permuted) {
  static const std::map<std::string, std::string> kNumbers = {
      {"hidden_size", "embedding_length"},
      {"num_hidden_layers", "block_count"},
      {"intermediate_size", "feed_forward_length"},
      {"num_attention_heads", "attention.head_count"},
      {"num_key_value_heads", "attention.head_count_kv"},
      {"head_dim", "attention.key_length"},
      {"rms_norm_eps", "attention.layer_norm_rms_epsilon"},
      {"rope_theta", "rope.freq_base"}};
  static const std::vector<std::pair<std::string, std::string>> kNames = {
      {"model.embed_tokens", "token_embd"},
      {"model.norm.", "output_norm."},
      {"lm_head", "output"},
      {"model.layers.", "blk."},
      {"input_layernorm", "attn_norm"},
      {"post_attention_layernorm", "ffn_norm"},
      {"self_attn.q_proj", "attn_q"},
      {"self_attn.k_proj", "attn_k"},
      {"self_attn.v_proj", "attn_v"},
      {"self_attn.o_proj", "attn_output"},
      {"self_attn.q_norm", "attn_q_norm"},
      {"self_attn.k_norm", "attn_k_norm"},
      {"mlp.gate_proj", "ffn_gate"},
      {"mlp.up_proj", "ffn_up"},
      {"mlp.down_proj", "ffn_down"}};
  Made g;
  g.type = m.type;
  for (const auto& [from, to] : kNumbers) {
    const auto it = m.numbers.find(from);
    if (it != m.numbers.end()) g.numbers[to] = it->second;
  }
  for (const auto& [name, tensor] : m.tensors) {
    std::string to = name;
    for (const auto& [a, b] : kNames) {
      const auto at = to.find(a);
      if (at != std::string::npos) to.replace(at, a.size(), b);
    }
    Tensor t = tensor;
    const bool turned =
        name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos;
    if (permuted && turned) {  // row k of the halves becomes row 2k and 2k + 1
      t = tensor.clone();
      const std::int64_t width = t.rank() == 2 ? t.dim(1) : 1;
      for (std::int64_t r = 0; r < t.dim(0); ++r) {
        const std::int64_t in = r % s.head;
        const std::int64_t source = r - in + in / 2 + (in % 2) * (s.head / 2);
        for (std::int64_t k = 0; k < width; ++k) {
          t.mutable_data<float>()[static_cast<std::size_t>(r * width + k)] =
              tensor.data<float>()[static_cast<std::size_t>(source * width + k)];
        }
      }
    }
    g.tensors[to] = t;
  }
  return g;
}

class Decoder {
 public:
  Decoder(const Made& m, const Sizes& s) : m_(m), s_(s) {}
  std::function<double(double frequency)> stretch = [](double f) { return f; };

  /// Logits of every token.
  [[nodiscard]] Matrix run(const std::vector<int>& ids) const {
    Matrix x;
    x.reserve(ids.size());
    for (const int id : ids) x.push_back(row("model.embed_tokens.weight", id));
    for (int i = 0; i < s_.layers; ++i) layer(i, x);
    Matrix logits;
    for (const Vector& v : x) {
      const Vector n = normed("model.norm.weight", v);
      logits.push_back(times(s_.tied ? "model.embed_tokens" : "lm_head", n));
    }
    return logits;
  }

 private:
  [[nodiscard]] Vector row(const std::string& name, std::int64_t i) const {
    const Tensor& t = m_.tensors.at(name);
    const auto from = t.data<float>().begin() + i * t.dim(1);
    return {from, from + t.dim(1)};
  }
  [[nodiscard]] Vector times(const std::string& name, const Vector& x) const {
    Vector y;
    for (std::int64_t o = 0; o < m_.tensors.at(name + ".weight").dim(0); ++o) {
      const Vector w = row(name + ".weight", o);
      double sum = 0;
      for (std::size_t k = 0; k < x.size(); ++k) sum += w[k] * x[k];
      const auto bias = m_.tensors.find(name + ".bias");
      if (bias != m_.tensors.end()) {
        sum += static_cast<double>(bias->second.data<float>()[static_cast<std::size_t>(o)]);
      }
      y.push_back(sum);
    }
    return y;
  }
  [[nodiscard]] Vector normed(const std::string& name, Vector x) const {
    double square = 0;
    for (const double v : x) square += v * v;
    const double by = 1 / std::sqrt(square / static_cast<double>(x.size()) + 1e-5);
    const auto w = m_.tensors.at(name).data<float>();
    for (std::size_t k = 0; k < x.size(); ++k) x[k] *= by * static_cast<double>(w[k]);
    return x;
  }
  /// Head `h` of a projection at a position: normalised and turned, first half against second.
  [[nodiscard]] Vector head(const std::string& norm, const Vector& all, int h, int at) const {
    Vector v(all.begin() + h * s_.head, all.begin() + (h + 1) * s_.head);
    if (s_.qk_norm) v = normed(norm, v);
    const auto half = static_cast<std::size_t>(s_.head / 2);
    Vector turned = v;
    for (std::size_t k = 0; k < half; ++k) {
      const double f = std::pow(100.0, -2.0 * static_cast<double>(k) / s_.head);
      const double angle = at * stretch(f);
      turned[k] = v[k] * std::cos(angle) - v[k + half] * std::sin(angle);
      turned[k + half] = v[k + half] * std::cos(angle) + v[k] * std::sin(angle);
    }
    return turned;
  }
  /// What head h of token t takes from the values it sees.
  [[nodiscard]] Vector seen(const std::string& p, int i, int h, int t, const Matrix& q,
                            const Matrix& k, const Matrix& v) const {
    const int shared = h / (s_.heads / s_.kv_heads);
    const Vector mine = head(p + "q_norm.weight", q[static_cast<std::size_t>(t)], h, t);
    const bool narrow = s_.window >= 0 && i >= s_.full_layers;
    Vector mean(static_cast<std::size_t>(s_.head));
    double sum = 0;
    for (int u = narrow ? std::max(0, t - s_.window) : 0; u <= t; ++u) {
      const Vector other = head(p + "k_norm.weight", k[static_cast<std::size_t>(u)], shared, u);
      double dot = 0;
      for (std::size_t e = 0; e < mine.size(); ++e) dot += mine[e] * other[e];
      const double weight = std::exp(dot / std::sqrt(static_cast<double>(s_.head)));
      sum += weight;
      const auto from = v[static_cast<std::size_t>(u)].begin() + shared * s_.head;
      for (std::size_t e = 0; e < mean.size(); ++e) {
        mean[e] += weight * from[static_cast<std::ptrdiff_t>(e)];
      }
    }
    for (double& x : mean) x /= sum;
    return mean;
  }
  void layer(int i, Matrix& x) const {
    const std::string p = "model.layers." + std::to_string(i) + ".";
    const std::string a = p + "self_attn.";
    Matrix q, k, v;
    for (const Vector& t : x) {
      const Vector n = normed(p + "input_layernorm.weight", t);
      q.push_back(times(a + "q_proj", n));
      k.push_back(times(a + "k_proj", n));
      v.push_back(times(a + "v_proj", n));
    }
    for (int t = 0; t < static_cast<int>(x.size()); ++t) {
      Vector all;
      for (int h = 0; h < s_.heads; ++h) {
        const Vector one = seen(a, i, h, t, q, k, v);
        all.insert(all.end(), one.begin(), one.end());
      }
      add(x[static_cast<std::size_t>(t)], times(a + "o_proj", all));
    }
    for (Vector& y : x) {
      const Vector n = normed(p + "post_attention_layernorm.weight", y);
      Vector gate = times(p + "mlp.gate_proj", n);
      const Vector up = times(p + "mlp.up_proj", n);
      for (std::size_t e = 0; e < gate.size(); ++e) gate[e] *= up[e] / (1 + std::exp(-gate[e]));
      add(y, times(p + "mlp.down_proj", gate));
    }
  }
  static void add(Vector& to, const Vector& x) {
    for (std::size_t e = 0; e < x.size(); ++e) to[e] += x[e];
  }
  const Made& m_;
  const Sizes& s_;
};

}  // namespace pare::toy
