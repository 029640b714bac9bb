#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return 1 / x; }

}  // namespace

/// y = 1 / x. Shapes: x any -> y as x. Source: ONNX Reciprocal, version 13.
OpDefs op_reciprocal() {
  return OpDef("Reciprocal", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
