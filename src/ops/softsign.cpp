#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return x / (1 + std::fabs(x)); }

void gradient(GradientContext& g) {
  g.set_dx(0, g.div(g.dy(0), g.square(g.add(g.op("Abs", {g.x(0)}), 1))));
}

}  // namespace

/// y = x / (1 + |x|). Shapes: x any -> y as x. Source: ONNX Softsign, version 22.
OpDefs op_softsign() {
  return OpDef("Softsign", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
