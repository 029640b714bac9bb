#include <algorithm>
#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call)
      : alpha_(static_cast<double>(call.attr_float("alpha"))),
        beta_(static_cast<double>(call.attr_float("beta"))) {}
  double operator()(double x) const { return std::clamp(alpha_ * x + beta_, 0.0, 1.0); }
  double alpha_;
  double beta_;
};

void gradient(GradientContext& g) {
  Value* y = g.y(0);
  Value* inside = g.op("And", {g.greater(y, 0.0), g.less(y, 1)});
  Value* slope = g.number(static_cast<double>(g.attr_float("alpha")), y);
  ops::set_slope(g, g.where_or_zero(inside, slope));
}

}  // namespace

/// y = max(0, min(1, alpha x + beta)). Shapes: x any -> y as x. Source: ONNX HardSigmoid,
/// version 22.
OpDefs op_hard_sigmoid() {
  return OpDef("HardSigmoid", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 0.2F, "slope")
      .attribute("beta", 0.5F, "value at zero")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
