#pragma once

#include <span>
#include <vector>

#include "ir/graph.hpp"

namespace pare {

/// Multiplies the channels (last dimension) of `x` by positive factors in the constants of what
/// makes it: a normalization's scale and bias, a product's weights and bias, a constant that it was
/// multiplied or divided by, or had added; behind Relu, LeakyRelu and Identity, and in one factor
/// of a product of two values. Returns false, and changes nothing, where that would change more
/// than x as `readers` see it (the only ones that may read x), or would not be exact.
bool multiply_in_place(Graph& graph, Value* x, std::span<const float> factors,
                       const std::vector<Node*>& readers);

}  // namespace pare
