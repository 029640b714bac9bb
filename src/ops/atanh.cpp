#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::atanh(x); }

void gradient(GradientContext& g) {
  g.set_dx(0, g.div(g.dy(0), g.sub(g.number(1, g.x(0)), g.square(g.x(0)))));
}

}  // namespace

/// y = atanh(x). Shapes: x any -> y as x. Source: ONNX Atanh, version 22.
OpDefs op_atanh() {
  return OpDef("Atanh", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
