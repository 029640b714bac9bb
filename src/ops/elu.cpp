#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : alpha_(static_cast<double>(call.attr_float("alpha"))) {}
  double operator()(double x) const { return x < 0 ? alpha_ * std::expm1(x) : x; }
  double alpha_;
};

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* below = g.exp(g.op("Min", {x, g.number(0, x)}));
  Value* slope = g.mul(below, static_cast<double>(g.attr_float("alpha")));
  ops::set_slope(g, g.where(g.less(x, 0.0), slope, g.number(1, x)));
}

}  // namespace

/// y = x for x >= 0, alpha (exp(x) - 1) below. Shapes: x any -> y as x. Source: ONNX Elu,
/// version 22.
OpDefs op_elu() {
  return OpDef("Elu", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1.0F, "limit below zero")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
