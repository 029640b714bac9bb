#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::acosh(x); }

void gradient(GradientContext& g) {
  g.set_dx(0, g.div(g.dy(0), g.op("Sqrt", {g.add(g.square(g.x(0)), -1)})));
}

}  // namespace

/// y = acosh(x). Shapes: x any -> y as x. Source: ONNX Acosh, version 22.
OpDefs op_acosh() {
  return OpDef("Acosh", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
