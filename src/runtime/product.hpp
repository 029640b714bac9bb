#pragma once

#include <vector>

#include "runtime/onednn.hpp"

namespace pare {

/// What convolutions and matrix products share: types, constants, and what follows the sum.
struct ProductPlan {
  onednn::Type src_type = onednn::Type::f32;
  onednn::Type weights_type = onednn::Type::f32;
  onednn::Type dst_type = onednn::Type::f32;
  Tensor weights;
  std::vector<float> bias;
  bool has_bias = false;
  const Value* sum = nullptr;  ///< added to the product in place (the result accumulates into it)
  dnnl::primitive_attr attr;
};

/// A Conv, or a FusedConv of ONNX Runtime whose Z and activation are the posts of the unit.
bool is_convolution(const Unit& unit);

/// The post adds a constant per channel straight behind the product: part of the bias.
bool is_bias(const Unit& unit, std::size_t post, PlanFacts& facts);

/// Whether the posts of a unit can run inside a product of the library.
Verdict accepts_posts(const Unit& unit, PlanFacts& facts);

/// Fills everything; `channels` = outputs that have a bias and a weight scale of their own. `rank`:
/// of the result as the library gets it, where a product joins leading dimensions; 0 = its own.
///
/// Quantized: y = Q(f(sx sw[c] (acc + bias) + residual)). The library adds in int32, multiplies in
/// float32, rounds half to even and saturates, so that y is within one step of what the Q/DQ nodes
/// say (they round each float operation of their own).
ProductPlan plan_product(const Unit& unit, PlanFacts& facts, std::int64_t channels,
                         std::size_t rank = 0);

}  // namespace pare
