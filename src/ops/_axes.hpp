#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// Axes in [-rank, rank) made non-negative and sorted. Fault::corrupt for one outside, or twice.
std::vector<std::int64_t> normal_axes(std::vector<std::int64_t> axes, std::size_t rank);
/// One axis in [-rank, rank) made non-negative; Fault::corrupt outside.
std::size_t normal_axis(std::int64_t axis, std::size_t rank);

/// The values of an optional integer input, when they are known while shapes are inferred:
/// outer nullopt = not known yet; empty inner = the input was not given.
std::optional<std::vector<std::int64_t>> known_ints(const ShapeContext& c, std::size_t input);

/// Copies the elements of `x`, whatever their type: out[i] = x[index(i)]. Index is called once per
/// element of the output, in order. Sub-byte types and text too.
Tensor gather_elements(const Tensor& x, Shape shape, const std::vector<std::int64_t>& index);

}  // namespace pare::ops
