#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : alpha_(static_cast<double>(call.attr_float("alpha"))) {}
  double operator()(double x) const { return x < 0 ? alpha_ * x : x; }
  double alpha_;
};

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* alpha = g.number(static_cast<double>(g.attr_float("alpha")), x);
  ops::set_slope(g, g.where(g.less(x, 0.0), alpha, g.number(1, x)));
}

}  // namespace

/// y = x for x >= 0, alpha x below. Shapes: x any -> y as x. Source: ONNX LeakyRelu, version 16.
OpDefs op_leaky_relu() {
  return OpDef("LeakyRelu", 16)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 0.01F, "slope below zero")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
