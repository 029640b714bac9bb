#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return x > 0 || std::isnan(x) ? x : 0; }

}  // namespace

/// y = max(x, 0). Shapes: x any -> y as x. Source: ONNX Relu, version 14.
OpDefs op_relu() {
  return OpDef("Relu", 14)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
