#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : alpha_(static_cast<double>(call.attr_float("alpha"))) {}
  double operator()(double x) const { return x > alpha_ ? x : 0; }
  double alpha_;
};

void gradient(GradientContext& g) {
  Value* above = g.greater(g.x(0), static_cast<double>(g.attr_float("alpha")));
  g.set_dx(0, g.where_or_zero(above, g.dy(0)));
}

}  // namespace

/// y = x above alpha, else 0. Shapes: x any -> y as x. Source: ONNX ThresholdedRelu, version 22.
OpDefs op_thresholded_relu() {
  return OpDef("ThresholdedRelu", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1.0F, "threshold")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
