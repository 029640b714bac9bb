#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gelu.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : alpha_(static_cast<double>(call.attr_float("alpha"))) {}
  double operator()(double x) const { return x / (1 + std::exp(-alpha_ * x)); }
  double alpha_;
};

void gradient(GradientContext& g) {
  const auto alpha = static_cast<double>(g.attr_float("alpha"));
  ops::set_slope(g, ops::swish_slope(g, g.x(0), alpha));
}

}  // namespace

/// y = x / (1 + exp(-alpha x)). Shapes: x any -> y as x. Source: ONNX Runtime, ContribOperators.md,
/// QuickGelu.
OpDefs op_quick_gelu() {
  return OpDef("com.microsoft", "QuickGelu", 1)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1.702F, "factor inside the exponential")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
