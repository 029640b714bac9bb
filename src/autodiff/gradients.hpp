#pragma once

#include <vector>

#include "ir/op.hpp"

namespace pare {

/// Gradients of `loss` with respect to the values `wrt`, as new nodes at the end of the graph.
/// Returns one value per entry of `wrt`, of its type and shape; zeros where nothing flows. A value
/// may be any of the graph's: an input, a constant, an intermediate result.
///
/// `loss` has one element, unless `seed` (of its shape: the gradient of something with respect to
/// `loss`) is given. Gradients flow through values of the element types f16, bf16, f32 and f64
/// only. Infers the types of the graph first.
///
/// Errors: Fault::usage when `loss` is not of a real type or has more than one element without a
/// seed, or a value of `wrt` is not of a real type; Fault::unsupported naming every node between
/// `wrt` and `loss` whose operator has no gradient.
std::vector<Value*> gradients(Graph& graph, const OpRegistry& ops, Value* loss,
                              const std::vector<Value*>& wrt, Value* seed = nullptr);

/// The nodes between `wrt` and `loss` that have no gradient, as "MaxRoiPool 'head/roi'"; empty =
/// gradients() will find an operator gradient for all of them.
std::vector<std::string> nodes_without_gradient(const Graph& graph, const OpRegistry& ops,
                                                Value* loss, const std::vector<Value*>& wrt);

}  // namespace pare
