#pragma once

namespace pare::ops {

/// x P(N <= x) for a standard normal N.
double gelu(double x);
/// The same by 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
double gelu_by_tanh(double x);

}  // namespace pare::ops
