#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& /*call*/) {}
  template <class T>
  T operator()(T a, T b) const {
    return ops::wrapping(a, b, [](auto x, auto y) { return x * y; });
  }
};

void infer(ShapeContext& c) {
  ops::broadcast_infer(c);
  ops::propagate_binary(c, [](const Dim& a, const Dim& b) { return a * b; });
}

}  // namespace

/// y = a * b. Shapes: a, b broadcast -> y. Integers wrap around. Source: ONNX Mul, version 14.
OpDefs op_mul() {
  return OpDef("Mul", 14)
      .input("A", types::kNumeric)
      .input("B", types::kNumeric)
      .output("C", types::kNumeric)
      .define(infer, ops::binary_reference<Function>, ops::one_flop);
}

}  // namespace pare
