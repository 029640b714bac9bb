#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::tan(x); }

void gradient(GradientContext& g) { ops::set_slope(g, g.add(g.square(g.y(0)), 1)); }

}  // namespace

/// y = tan(x). Shapes: x any -> y as x. Source: ONNX Tan, version 22.
OpDefs op_tan() {
  return OpDef("Tan", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
