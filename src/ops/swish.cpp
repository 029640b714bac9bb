#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : alpha_(static_cast<double>(call.attr_float("alpha"))) {}
  double operator()(double x) const { return x / (1 + std::exp(-alpha_ * x)); }
  double alpha_;
};

}  // namespace

/// y = x * sigmoid(alpha x). Shapes: x any -> y as x. Source: ONNX Swish, version 24.
OpDefs op_swish() {
  return OpDef("Swish", 24)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1.0F, "slope of the sigmoid")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop);
}

}  // namespace pare
