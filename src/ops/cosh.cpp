#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return std::cosh(x); }

}  // namespace

/// y = cosh(x). Shapes: x any -> y as x. Source: ONNX Cosh, version 22.
OpDefs op_cosh() {
  return OpDef("Cosh", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
