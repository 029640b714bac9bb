#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::log(x); }

void gradient(GradientContext& g) { g.set_dx(0, g.div(g.dy(0), g.x(0))); }

}  // namespace

/// y = ln(x). Shapes: x any -> y as x. Source: ONNX Log, version 13.
OpDefs op_log() {
  return OpDef("Log", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
