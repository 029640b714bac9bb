#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

/// y = 1 / (1 + exp(-x)). Shapes: x any -> y as x. Source: ONNX Sigmoid, version 13.
OpDefs op_sigmoid() {
  return OpDef("Sigmoid", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
