#pragma once

#include <vector>

#include "base/rng.hpp"
#include "ir/op.hpp"

namespace pare {

/// Gives the graph one input more for each float output, r of its shape, and makes its outputs the
/// gradients of the sum of r * output with respect to the values of `wrt`. With random signs r, the
/// square of a gradient has the squared sensitivity of all outputs together as its mean. Errors:
/// Fault::unsupported for operators without a gradient or a graph without a float output. Source:
/// M. F. Hutchinson, A stochastic estimator of the trace of the influence matrix, 1990.
void make_projected_gradients(Graph& graph, const OpRegistry& ops, const std::vector<Value*>& wrt);

/// +1 and -1.
Tensor random_signs(const Shape& shape, Rng& rng);

}  // namespace pare
