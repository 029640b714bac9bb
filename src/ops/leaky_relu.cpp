#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : alpha_(static_cast<double>(call.attr_float("alpha"))) {}
  double operator()(double x) const { return x < 0 ? alpha_ * x : x; }
  double alpha_;
};

}  // namespace

/// y = x for x >= 0, alpha x below. Shapes: x any -> y as x. Source: ONNX LeakyRelu, version 16.
OpDefs op_leaky_relu() {
  return OpDef("LeakyRelu", 16)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 0.01F, "slope below zero")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop);
}

}  // namespace pare
