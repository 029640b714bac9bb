#include "ops/_gelu.hpp"

#include <cmath>

namespace pare::ops {
namespace {

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kTanhScale = 0.79788456080286535588;  // sqrt(2 / pi)

}  // namespace

double gelu(double x) { return 0.5 * x * (1 + std::erf(x * kSqrtHalf)); }

double gelu_by_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(kTanhScale * (x + 0.044715 * x * x * x)));
}

}  // namespace pare::ops
