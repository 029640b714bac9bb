#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::exp(x); }

void gradient(GradientContext& g) { ops::set_slope(g, g.y(0)); }

}  // namespace

/// y = exp(x). Shapes: x any -> y as x. Source: ONNX Exp, version 13.
OpDefs op_exp() {
  return OpDef("Exp", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
