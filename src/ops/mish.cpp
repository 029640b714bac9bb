#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) {
  return x * std::tanh(x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)));
}

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* t = g.op("Tanh", {g.op("Softplus", {x})});
  Value* rest = g.sub(g.number(1, x), g.square(t));
  ops::set_slope(g, g.add(t, g.mul(g.mul(x, rest), g.op("Sigmoid", {x}))));
}

}  // namespace

/// y = x * tanh(ln(1 + exp(x))). Shapes: x any -> y as x. Source: ONNX Mish, version 22.
OpDefs op_mish() {
  return OpDef("Mish", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
