#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return std::cos(x); }

}  // namespace

/// y = cos(x). Shapes: x any -> y as x. Source: ONNX Cos, version 22.
OpDefs op_cos() {
  return OpDef("Cos", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
