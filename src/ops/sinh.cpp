#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::sinh(x); }

void gradient(GradientContext& g) { ops::set_slope(g, g.op("Cosh", {g.x(0)})); }

}  // namespace

/// y = sinh(x). Shapes: x any -> y as x. Source: ONNX Sinh, version 22.
OpDefs op_sinh() {
  return OpDef("Sinh", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
