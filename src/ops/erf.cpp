#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::erf(x); }

void gradient(GradientContext& g) {
  constexpr double kScale = 1.12837916709551257390;  // 2 / sqrt(pi)
  ops::set_slope(g, g.mul(g.exp(g.neg(g.square(g.x(0)))), kScale));
}

}  // namespace

/// y = the error function of x. Shapes: x any -> y as x. Source: ONNX Erf, version 13.
OpDefs op_erf() {
  return OpDef("Erf", 13)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
