#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call)
      : bias_(static_cast<double>(call.attr_float("bias"))),
        lambd_(static_cast<double>(call.attr_float("lambd"))) {}
  double operator()(double x) const { return x < -lambd_ ? x + bias_ : x > lambd_ ? x - bias_ : 0; }
  double bias_;
  double lambd_;
};

}  // namespace

/// y = x + bias below -lambd, x - bias above lambd, else 0. Shapes: x any -> y as x. Source: ONNX
/// Shrink, version 9.
OpDefs op_shrink() {
  return OpDef("Shrink", 9)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("bias", 0.0F, "shift")
      .attribute("lambd", 0.5F, "threshold")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop);
}

}  // namespace pare
