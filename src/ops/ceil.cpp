#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

double value(double x) { return std::ceil(x); }

}  // namespace

/// y = the least integer >= x. Shapes: x any -> y as x. Source: ONNX Ceil, version 13.
OpDefs op_ceil() {
  return OpDef("Ceil", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop)
      .differentiable(ops::nothing_flows);
}

}  // namespace pare
