#pragma once

#include <cstdint>
#include <string_view>

namespace pare {

/// Functions of one number that kernels know by name.
enum class Act : std::uint8_t {
  relu,        ///< max(x, 0)
  leaky_relu,  ///< x < 0 ? alpha * x : x
  clip,        ///< min(max(x, alpha), beta)
  sigmoid,     ///< 1 / (1 + exp(-x))
  tanh,
  hard_sigmoid,  ///< min(max(alpha * x + beta, 0), 1)
  hard_swish,    ///< x * min(max(x / 6 + 1/2, 0), 1)
  swish,         ///< x * sigmoid(alpha * x)
  gelu_erf,      ///< x / 2 * (1 + erf(x / sqrt(2)))
  gelu_tanh,     ///< x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))
  elu,           ///< x < 0 ? alpha * (exp(x) - 1) : x
  softplus,      ///< log(1 + exp(x))
  mish,          ///< x * tanh(softplus(x))
  abs,
  neg,
  sqrt,
  reciprocal,
  exp,
  log,
  erf,
  floor,
  ceil,
  linear,  ///< alpha * x + beta
  power,   ///< x^alpha
};

struct Activation {
  Act act = Act::relu;
  float alpha = 0;
  float beta = 0;
};

/// The function in double: the meaning of every kernel for it, and the source of look-up tables.
double evaluate(const Activation& f, double x) noexcept;
/// "relu", "hard_swish" ...
std::string_view to_string(Act act) noexcept;

}  // namespace pare
