#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& /*call*/) {}
  template <class T>
  T operator()(T x, T slope) const {
    return x < T{} ? ops::wrapping(x, slope, [](auto a, auto b) { return a * b; }) : x;
  }
};

}  // namespace

/// y = x for x >= 0, slope x below. Shapes: x, slope broadcast to x -> y. Source: ONNX PRelu,
/// version 16.
OpDefs op_prelu() {
  return OpDef("PRelu", 16)
      .input("X", types::kNumeric)
      .input("slope", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::broadcast_infer, ops::binary_reference<Function>, ops::one_flop);
}

}  // namespace pare
