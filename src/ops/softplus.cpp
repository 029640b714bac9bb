#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

void gradient(GradientContext& g) { ops::set_slope(g, g.op("Sigmoid", {g.x(0)})); }

}  // namespace

/// y = ln(1 + exp(x)). Shapes: x any -> y as x. Source: ONNX Softplus, version 22.
OpDefs op_softplus() {
  return OpDef("Softplus", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
