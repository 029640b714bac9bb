#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::cos(x); }

void gradient(GradientContext& g) { ops::set_slope(g, g.neg(g.op("Sin", {g.x(0)}))); }

}  // namespace

/// y = cos(x). Shapes: x any -> y as x. Source: ONNX Cos, version 22.
OpDefs op_cos() {
  return OpDef("Cos", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
