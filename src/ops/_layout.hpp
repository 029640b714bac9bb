#pragma once

#include <algorithm>

#include "ops/_matmul.hpp"
#include "ops/_numbers.hpp"

namespace pare::ops {

/// Sizes [B, spatial, C] in the order [B, C, spatial]; less than two dimensions stay.
template <class Size>
std::vector<Size> channels_first(std::vector<Size> sizes) {
  if (sizes.size() > 2) std::rotate(sizes.begin() + 1, sizes.end() - 1, sizes.end());
  return sizes;
}

/// Sizes [B, C, spatial] in the order [B, spatial, C].
template <class Size>
std::vector<Size> channels_last(std::vector<Size> sizes) {
  if (sizes.size() > 2) std::rotate(sizes.begin() + 1, sizes.begin() + 2, sizes.end());
  return sizes;
}

/// Elements of shape [B, spatial, C] moved to [B, C, spatial].
template <class Number>
std::vector<Number> move_channels_first(const std::vector<Number>& x, const Shape& shape) {
  if (shape.size() < 3 || x.empty()) return x;
  return transposed(x, inner_size(shape, 0) / shape.back(), shape.back());
}

/// Elements of shape [B, C, spatial] moved to [B, spatial, C].
template <class Number>
std::vector<Number> move_channels_last(const std::vector<Number>& x, const Shape& shape) {
  if (shape.size() < 3 || x.empty()) return x;
  return transposed(x, shape[1], inner_size(shape, 1));
}

}  // namespace pare::ops
