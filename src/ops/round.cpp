#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::nearbyint(x); }

}  // namespace

/// y = the nearest integer, half to even. Shapes: x any -> y as x. Source: ONNX Round, version 22.
OpDefs op_round() {
  return OpDef("Round", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(ops::nothing_flows);
}

}  // namespace pare
