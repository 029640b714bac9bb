#pragma once

#include <cstddef>

#include "ir/op.hpp"

namespace pare {

/// Replaces every node ai.onnx.preview.training::Gradient of the graph by the nodes that compute
/// what it asks for: the gradients of the value named `y` with respect to those named `xs`. Returns
/// how many there were; a graph without one is left as it is.
///
/// Errors: Fault::corrupt for names that the graph lacks or a wrong number of inputs;
/// Fault::unsupported when a gradient is asked for at other values than those of the graph, or
/// where an operator has none. Source: ONNX, ai.onnx.preview.training.Gradient, version 1.
std::size_t expand_gradient_nodes(Graph& graph, const OpRegistry& ops);

}  // namespace pare
