#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return std::erf(x); }

}  // namespace

/// y = the error function of x. Shapes: x any -> y as x. Source: ONNX Erf, version 13.
OpDefs op_erf() {
  return OpDef("Erf", 13)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
