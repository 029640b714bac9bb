#pragma once

#include <functional>
#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// Vectors of attention heads, [batch, heads, length, size].
struct Heads {
  std::vector<double> values;
  std::int64_t batch = 0, heads = 0, length = 0, size = 0;

  [[nodiscard]] const double* at(std::int64_t b, std::int64_t n, std::int64_t t) const noexcept {
    return values.data() + ((b * heads + n) * length + t) * size;
  }
  [[nodiscard]] Shape shape() const { return {batch, heads, length, size}; }
};

/// Where the values of heads lie in rows of `row` values per token.
struct HeadLayout {
  std::int64_t row = 0;
  std::int64_t start = 0;   ///< of head 0
  std::int64_t stride = 0;  ///< from head to head
};

/// Heads of size h.size out of x [batch, length, row]; `bias`, when not null, has heads * size
/// values. Takes the sizes from `h`.
Heads split_heads(Heads h, const std::vector<double>& x, const HeadLayout& layout,
                  const double* bias = nullptr);
/// Heads given as a tensor [batch, heads, length, size]. Fault::corrupt for another rank.
Heads heads_of(const AttributeReader& a, const Tensor& t);
/// `past` in front of `now` along the length. Fault::corrupt when the other sizes differ.
Heads join_heads(const AttributeReader& a, const Heads& past, const Heads& now);

/// What is added to the score of query s and key t of head n.
using ScoreBias =
    std::function<double(std::int64_t b, std::int64_t n, std::int64_t s, std::int64_t t)>;

struct Attended {
  std::vector<double> y;  ///< [batch, length of q, heads * size of v]
  std::vector<double> p;  ///< [batch, heads, length of q, length of k]
};

/// softmax(scale q k' + bias) v. Fault::corrupt when the sizes of q, k and v do not fit.
Attended attend(const AttributeReader& a, const Heads& q, const Heads& k, const Heads& v,
                const ScoreBias& bias);

/// The masks of the attention operators of ONNX Runtime.
struct AttentionMasks {
  std::size_t mask = 0;            ///< input: who may be seen; 0 in it is masked
  std::size_t attention_bias = 0;  ///< input [B or 1, N or 1, S, T]
  bool may_start = false;          ///< a mask of 2 B values has ends, then starts
};
/// Attributes mask_filter_value and unidirectional, and the inputs, as one function. Errors:
/// Fault::corrupt for other shapes, Fault::unsupported for cumulated lengths.
ScoreBias score_bias(const OpCall& call, const AttentionMasks& masks, const Heads& q,
                     const Heads& k);
/// Attributes num_heads, scale, mask_filter_value, unidirectional.
OpDef& attention_attributes(OpDef& def);
/// Attribute num_heads. Fault::corrupt unless it divides `width`.
std::int64_t head_count(const AttributeReader& a, std::int64_t width);

}  // namespace pare::ops
