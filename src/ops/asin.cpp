#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::asin(x); }

void gradient(GradientContext& g) {
  Value* rest = g.sub(g.number(1, g.x(0)), g.square(g.x(0)));
  g.set_dx(0, g.div(g.dy(0), g.op("Sqrt", {rest})));
}

}  // namespace

/// y = asin(x). Shapes: x any -> y as x. Source: ONNX Asin, version 22.
OpDefs op_asin() {
  return OpDef("Asin", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
