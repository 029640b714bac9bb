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

Value* gelu_slope(GraphBuilder& b, Value* x, bool by_tanh) {
  constexpr double kDensityScale = 0.39894228040143267794;  // 1 / sqrt(2 pi)
  if (!by_tanh) {
    Value* below = b.mul(b.add(b.op("Erf", {b.mul(x, kSqrtHalf)}), 1), 0.5);
    Value* density = b.mul(b.exp(b.mul(b.square(x), -0.5)), kDensityScale);
    return b.add(below, b.mul(x, density));
  }
  Value* square = b.square(x);
  Value* inner = b.mul(x, b.add(b.mul(square, kTanhScale * 0.044715), kTanhScale));
  Value* t = b.op("Tanh", {inner});
  Value* inner_slope = b.add(b.mul(square, 3 * 0.044715 * kTanhScale), kTanhScale);
  Value* bend = b.mul(b.sub(b.number(1, x), b.square(t)), b.mul(x, inner_slope));
  return b.mul(b.add(b.add(t, 1), bend), 0.5);
}

Value* swish_slope(GraphBuilder& b, Value* x, double alpha) {
  Value* s = b.op("Sigmoid", {b.mul(x, alpha)});
  Value* bend = b.mul(b.mul(x, alpha), b.sub(s, b.square(s)));
  return b.add(s, bend);
}

}  // namespace pare::ops
