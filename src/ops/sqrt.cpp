#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::sqrt(x); }

void gradient(GradientContext& g) { g.set_dx(0, g.div(g.mul(g.dy(0), 0.5), g.y(0))); }

}  // namespace

/// y = square root of x. Shapes: x any -> y as x. Source: ONNX Sqrt, version 13.
OpDefs op_sqrt() {
  return OpDef("Sqrt", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
