#pragma once

#include <vector>

#include "ops/_attention.hpp"

namespace pare::ops {

/// Queries, keys and values of every token side by side, and where an operator of ONNX Runtime has
/// its other inputs.
struct Projected {
  std::vector<double> values;  ///< [batch, length, sum of widths]
  std::int64_t batch = 0, length = 0;
  std::vector<std::int64_t> widths;  ///< of q, k and v
  AttentionMasks masks;
  std::size_t past = 0;  ///< input [2, batch, heads, past length, size]
};

/// Output 0: softmax(scale q k' + masks) v, [batch, length, width of v]; output 1: the keys and
/// values there are now, [2, batch, heads, length of both, size]. Errors: Fault::corrupt for sizes
/// that do not fit, Fault::unsupported for states that share a buffer and a rotary embedding inside
/// (attributes past_present_share_buffer, do_rotary).
void attend_projected(OpCall& call, const Projected& p, DType type);

/// Attributes of attend_projected.
OpDef& projected_attributes(OpDef& def);
/// Types of both outputs, where `values` is the width of v.
void infer_projected(ShapeContext& c, DType type, const Dim& values, std::size_t past);
/// Multiply-adds of the projection to `wide` values and of both products.
Cost projected_cost(const ShapeContext& c, const Dim& wide, std::size_t past);

}  // namespace pare::ops
