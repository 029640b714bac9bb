#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::asinh(x); }

void gradient(GradientContext& g) {
  g.set_dx(0, g.div(g.dy(0), g.op("Sqrt", {g.add(g.square(g.x(0)), 1)})));
}

}  // namespace

/// y = asinh(x). Shapes: x any -> y as x. Source: ONNX Asinh, version 22.
OpDefs op_asinh() {
  return OpDef("Asinh", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
