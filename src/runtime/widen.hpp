#pragma once

#include "ir/op.hpp"

namespace pare {

/// Makes a graph that computes in 16-bit floats compute in float32: constants and inputs are
/// widened, results are rounded where they leave the graph. No CPU kernel here is faster in 16
/// bits, and float32 in between can only be nearer to the exact result. Does nothing, and returns
/// false, when there are no such values or some node (a body, an operator that states its type)
/// needs them. Types must be inferred anew afterwards.
bool widen_halves(Graph& graph);

}  // namespace pare
