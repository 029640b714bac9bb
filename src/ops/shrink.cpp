#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call)
      : bias_(static_cast<double>(call.attr_float("bias"))),
        lambd_(static_cast<double>(call.attr_float("lambd"))) {}
  double operator()(double x) const { return x < -lambd_ ? x + bias_ : x > lambd_ ? x - bias_ : 0; }
  double bias_;
  double lambd_;
};

/// Integers lose their fraction, and stop at the ends of their type.
void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (!x.type().is_integer()) {
    ops::unary_reference<Function>(call);
    return;
  }
  const Function fn(call);
  std::vector<double> y = x.to_doubles();
  for (double& v : y) v = std::trunc(fn(v));
  call.set_output(0, ops::from_doubles(y, x.shape(), x.type()));
}

void gradient(GradientContext& g) {
  Value* outside = g.greater(g.op("Abs", {g.x(0)}), static_cast<double>(g.attr_float("lambd")));
  g.set_dx(0, g.where_or_zero(outside, g.dy(0)));
}

}  // namespace

/// y = x + bias below -lambd, x - bias above lambd, else 0. Shapes: x any -> y as x. Source: ONNX
/// Shrink, version 9.
OpDefs op_shrink() {
  return OpDef("Shrink", 9)
      .input("input", types::kNumeric)
      .output("output", types::kNumeric)
      .attribute("bias", 0.0F, "shift")
      .attribute("lambd", 0.5F, "threshold")
      .define(ops::same_as_input, reference, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
