#include <algorithm>
#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* middle = g.add(g.mul(x, 1.0 / 3), 0.5);
  Value* slope = g.where(g.less(x, 3), middle, g.number(1, x));
  ops::set_slope(g, g.where_or_zero(g.greater(x, -3), slope));
}

}  // namespace

/// y = x * min(1, max(0, x / 6 + 1 / 2)). Shapes: x any -> y as x. Source: ONNX HardSwish,
/// version 22.
OpDefs op_hard_swish() {
  return OpDef("HardSwish", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
