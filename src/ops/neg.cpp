#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return -x; }

}  // namespace

/// y = -x. Shapes: x any -> y as x. Source: ONNX Neg, version 13.
OpDefs op_neg() {
  return OpDef("Neg", 13)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
