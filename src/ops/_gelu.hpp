#pragma once

#include "ir/builder.hpp"

namespace pare::ops {

/// x P(N <= x) for a standard normal N.
double gelu(double x);
/// The same by 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
double gelu_by_tanh(double x);

/// d gelu(x) / dx of either form.
Value* gelu_slope(GraphBuilder& b, Value* x, bool by_tanh);
/// d (x * sigmoid(alpha x)) / dx.
Value* swish_slope(GraphBuilder& b, Value* x, double alpha);

}  // namespace pare::ops
