#pragma once

#include <unordered_set>

#include "ir/op.hpp"

namespace pare {

/// Makes a graph that computes in 16-bit floats compute in float32: constants and inputs are
/// widened, results are rounded where they leave the graph: float32 in between can only be nearer
/// to the exact result. The nodes that made bfloat16 numbers are added to `bf16`: their products
/// may round what they read to bfloat16, as the graph said. Does nothing, and returns false, when
/// there are no such values or some node (a body, an operator that states its type) needs them.
/// Types must be inferred anew afterwards.
bool widen_halves(Graph& graph, std::unordered_set<const Node*>& bf16);

}  // namespace pare
