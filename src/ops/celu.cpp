#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : alpha_(static_cast<double>(call.attr_float("alpha"))) {}
  double operator()(double x) const {
    return std::fmax(0, x) + std::fmin(0, alpha_ * std::expm1(x / alpha_));
  }
  double alpha_;
};

void gradient(GradientContext& g) {
  Value* below = g.op("Min", {g.x(0), g.number(0, g.x(0))});
  ops::set_slope(g, g.exp(g.mul(below, 1 / static_cast<double>(g.attr_float("alpha")))));
}

}  // namespace

/// y = max(0, x) + min(0, alpha (exp(x / alpha) - 1)). Shapes: x any -> y as x. Source: ONNX Celu,
/// version 28.
OpDefs op_celu() {
  return OpDef("Celu", 28)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1.0F, "limit below zero")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
