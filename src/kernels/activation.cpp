#include "kernels/activation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace pare {
namespace {

double sigmoid(double x) noexcept { return 1 / (1 + std::exp(-x)); }
double softplus(double x) noexcept { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double clamp01(double x) noexcept { return std::min(std::max(x, 0.0), 1.0); }

double gelu_tanh(double x) noexcept {
  constexpr double kRoot = 0.79788456080286535588;  // sqrt(2 / pi)
  return 0.5 * x * (1 + std::tanh(kRoot * (x + 0.044715 * x * x * x)));
}

}  // namespace

double evaluate(const Activation& f, double x) noexcept {
  const double alpha = f.alpha;
  const double beta = f.beta;
  if (std::isnan(x) && f.act != Act::power) return x;  // NaN to the power of 0 is 1
  switch (f.act) {
    case Act::relu: return std::max(x, 0.0);
    case Act::leaky_relu: return x < 0 ? alpha * x : x;
    case Act::clip: return std::min(std::max(x, alpha), beta);
    case Act::sigmoid: return sigmoid(x);
    case Act::tanh: return std::tanh(x);
    case Act::hard_sigmoid: return clamp01(alpha * x + beta);
    case Act::hard_swish: return x * clamp01(x / 6 + 0.5);
    case Act::swish: return x * sigmoid(alpha * x);
    case Act::gelu_erf: return 0.5 * x * (1 + std::erf(x * 0.70710678118654752440));
    case Act::gelu_tanh: return gelu_tanh(x);
    case Act::elu: return x < 0 ? alpha * std::expm1(x) : x;
    case Act::softplus: return softplus(x);
    case Act::mish: return x * std::tanh(softplus(x));
    case Act::abs: return std::abs(x);
    case Act::neg: return -x;
    case Act::sqrt: return std::sqrt(x);
    case Act::reciprocal: return 1 / x;
    case Act::exp: return std::exp(x);
    case Act::log: return std::log(x);
    case Act::erf: return std::erf(x);
    case Act::floor: return std::floor(x);
    case Act::ceil: return std::ceil(x);
    case Act::linear: return alpha * x + beta;
    case Act::power: return std::pow(x, alpha);
  }
  return x;
}

std::string_view to_string(Act act) noexcept {
  constexpr std::array<std::string_view, 24> kNames = {
      "relu",       "leaky_relu", "clip",     "sigmoid",   "tanh",       "hard_sigmoid",
      "hard_swish", "swish",      "gelu_erf", "gelu_tanh", "elu",        "softplus",
      "mish",       "abs",        "neg",      "sqrt",      "reciprocal", "exp",
      "log",        "erf",        "floor",    "ceil",      "linear",     "power"};
  return kNames[static_cast<std::size_t>(act)];
}

}  // namespace pare
