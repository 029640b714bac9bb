#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call)
      : alpha_(static_cast<double>(call.attr_float("alpha"))),
        gamma_(static_cast<double>(call.attr_float("gamma"))) {}
  double operator()(double x) const { return gamma_ * (x > 0 ? x : alpha_ * std::expm1(x)); }
  double alpha_;
  double gamma_;
};

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  const auto gamma = static_cast<double>(g.attr_float("gamma"));
  const auto alpha = static_cast<double>(g.attr_float("alpha"));
  Value* below = g.mul(g.exp(g.op("Min", {x, g.number(0, x)})), gamma * alpha);
  ops::set_slope(g, g.where(g.greater(x, 0.0), g.number(gamma, x), below));
}

}  // namespace

/// y = gamma x for x > 0, gamma alpha (exp(x) - 1) below. Shapes: x any -> y as x. Source: ONNX
/// Selu, version 22.
OpDefs op_selu() {
  return OpDef("Selu", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1.67326319217681884765625F, "limit below zero")
      .attribute("gamma", 1.05070102214813232421875F, "scale")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
