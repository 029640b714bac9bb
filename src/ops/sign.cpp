#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }

}  // namespace

/// y = -1, 0 or 1. Shapes: x any -> y as x. Source: ONNX Sign, version 13.
OpDefs op_sign() {
  return OpDef("Sign", 13)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
