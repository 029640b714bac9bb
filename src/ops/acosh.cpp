#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return std::acosh(x); }

}  // namespace

/// y = acosh(x). Shapes: x any -> y as x. Source: ONNX Acosh, version 22.
OpDefs op_acosh() {
  return OpDef("Acosh", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
