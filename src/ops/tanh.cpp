#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::tanh(x); }

void gradient(GradientContext& g) {
  ops::set_slope(g, g.sub(g.number(1, g.y(0)), g.square(g.y(0))));
}

}  // namespace

/// y = tanh(x). Shapes: x any -> y as x. Source: ONNX Tanh, version 13.
OpDefs op_tanh() {
  return OpDef("Tanh", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
