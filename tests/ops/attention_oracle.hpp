#pragma once

// Scaled dot product attention by its definition, one query at a time.

#include <cmath>
#include <functional>
#include <limits>

#include "ops/op_test.hpp"

namespace pare {

/// One vector element by (batch, head, token, element).
using HeadElement = std::function<double(std::size_t, std::size_t, std::size_t, std::size_t)>;

struct AttentionCase {
  std::size_t batch = 1, heads = 1, shared = 1;  ///< `shared` heads of q per head of k and v
  std::size_t queries = 1, keys = 1, size = 1, value_size = 1;
  HeadElement q, k, v;
  double scale = 1;
  double cap = 0;
  double sink = -std::numeric_limits<double>::infinity();  ///< a score that takes part for nothing
  /// Added to the score of (batch, head, query, key); -infinity hides the key.
  HeadElement add = [](std::size_t, std::size_t, std::size_t, std::size_t) { return 0.0; };
  /// What becomes of a weight.
  std::function<double(double)> weigh = [](double p) { return p; };
};

inline double score_of(const AttentionCase& c, std::size_t b, std::size_t n, std::size_t s,
                       std::size_t t) {
  double dot = 0;
  for (std::size_t e = 0; e < c.size; ++e) dot += c.q(b, n, s, e) * c.k(b, n / c.shared, t, e);
  dot *= c.scale;
  return c.cap > 0 ? c.cap * std::tanh(dot / c.cap) : dot;
}

/// Weights of the keys for one query; all 0 when it sees none.
inline std::vector<double> weights_of(const AttentionCase& c, std::size_t b, std::size_t n,
                                      std::size_t s) {
  std::vector<double> p;
  double total = std::exp(c.sink);
  for (std::size_t t = 0; t < c.keys; ++t) {
    const double add = c.add(b, n, s, t);
    p.push_back(std::isinf(add) ? 0 : std::exp(score_of(c, b, n, s, t) + add));
    total += p.back();
  }
  for (double& w : p) w = c.weigh(total > 0 ? w / total : 0);
  return p;
}

/// Output [batch, heads, queries, value size], or [batch, queries, heads * value size] when
/// `tokens_first`.
inline std::vector<float> attention_oracle(const AttentionCase& c, bool tokens_first) {
  std::vector<float> y(c.batch * c.heads * c.queries * c.value_size);
  for (std::size_t b = 0; b < c.batch; ++b) {
    for (std::size_t n = 0; n < c.heads; ++n) {
      for (std::size_t s = 0; s < c.queries; ++s) {
        const std::vector<double> p = weights_of(c, b, n, s);
        const std::size_t row =
            tokens_first ? (b * c.queries + s) * c.heads + n : (b * c.heads + n) * c.queries + s;
        for (std::size_t e = 0; e < c.value_size; ++e) {
          double sum = 0;
          for (std::size_t t = 0; t < c.keys; ++t) {
            if (p[t] != 0) sum += p[t] * c.v(b, n / c.shared, t, e);
          }
          y[row * c.value_size + e] = static_cast<float>(sum);
        }
      }
    }
  }
  return y;
}

/// Element of a tensor [batch, heads, tokens, size].
inline HeadElement of_heads(const Tensor& t) {
  return [t](std::size_t b, std::size_t n, std::size_t i, std::size_t e) {
    const auto d = [&](std::size_t k) { return static_cast<std::size_t>(t.dim(k)); };
    return t.to_doubles()[((b * d(1) + n) * d(2) + i) * d(3) + e];
  };
}

/// Element of a tensor [batch, tokens, heads * size].
inline HeadElement of_tokens(const Tensor& t, std::size_t size) {
  return [t, size](std::size_t b, std::size_t n, std::size_t i, std::size_t e) {
    const auto d = [&](std::size_t k) { return static_cast<std::size_t>(t.dim(k)); };
    return t.to_doubles()[(b * d(1) + i) * d(2) + n * size + e];
  };
}

}  // namespace pare
