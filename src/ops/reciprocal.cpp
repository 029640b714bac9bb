#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return 1 / x; }

void gradient(GradientContext& g) { ops::set_slope(g, g.neg(g.square(g.y(0)))); }

}  // namespace

/// y = 1 / x. Shapes: x any -> y as x. Source: ONNX Reciprocal, version 13.
OpDefs op_reciprocal() {
  return OpDef("Reciprocal", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
