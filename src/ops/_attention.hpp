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
/// Heads of a tensor [batch, length, heads * size] or, already split, [batch, heads, length, size].
/// Fault::corrupt when the heads are not `heads` or do not divide the values, or for another rank.
Heads heads_from(const AttributeReader& a, const Tensor& t, std::int64_t heads,
                 const double* bias = nullptr);
/// [batch, length, heads * size].
std::vector<double> merge_heads(const Heads& h);
/// `past` in front of `now` along the length. Fault::corrupt when the other sizes differ.
Heads join_heads(const AttributeReader& a, const Heads& past, const Heads& now);

/// What is added to the score of query s and key t of head n.
using ScoreBias =
    std::function<double(std::int64_t b, std::int64_t n, std::int64_t s, std::int64_t t)>;

struct Attended {
  std::vector<double> y;  ///< [batch, length of q, heads * size of v]
  std::vector<double> p;  ///< [batch, heads, length of q, length of k]
};

/// scale q k', [batch, heads of q, length of q, length of k]. Each head of k is shared by as many
/// heads of q in a row as there are for one. Fault::corrupt when the sizes do not fit.
std::vector<double> attention_scores(const AttributeReader& a, const Heads& q, const Heads& k,
                                     double scale);
/// cap tanh(score / cap); nothing for a cap of 0. Fault::corrupt for a negative one.
void cap_scores(const AttributeReader& a, std::vector<double>& scores, double cap);
/// Adds the bias to the scores of q with `keys` keys. A bias of -infinity hides a key, whatever its
/// score.
void add_score_bias(std::vector<double>& scores, const Heads& q, std::int64_t keys,
                    const ScoreBias& bias);
/// Softmax of every row of `keys` scores. Rows of nothing but -infinity, which see no key, become
/// zeros.
void softmax_of_scores(std::vector<double>& scores, std::int64_t keys);
/// p v for p [batch, heads, queries, length of v], heads shared as in attention_scores. A key of
/// weight 0 is not read. Fault::corrupt when p has another count.
Heads weighted_values(const AttributeReader& a, const std::vector<double>& p, const Heads& v,
                      std::int64_t heads, std::int64_t queries);
/// Attribute scale; 1 / sqrt(size) when it is not given. (Some operators take 0 as not given.)
double score_scale(const AttributeReader& a, std::int64_t size, bool zero_is_absent = true);

/// Multiply-adds of both products for queries and outputs of so many values, each with `keys`.
Cost attention_cost(const ShapeContext& c, double queries, const Dim& keys);

/// softmax(scale q k' + bias) v, each head of q with its own of k and v. Fault::corrupt when the
/// sizes of q, k and v do not fit.
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
