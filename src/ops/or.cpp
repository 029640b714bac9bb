#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  bool operator()(T a, T b) const {
    return a != T{} || b != T{};
  }
};

void infer(ShapeContext& c) {
  ops::broadcast_bool_infer(c);
  ops::propagate_binary(c, [](const Dim& a, const Dim& b) { return a + b - a * b; });
}

}  // namespace

/// y = a or b. Shapes: a, b broadcast -> y. Source: ONNX Or, version 7.
OpDefs op_or() {
  return OpDef("Or", 7)
      .input("A", types::kBool)
      .input("B", types::kBool)
      .output("C", types::kBool, "T1")
      .define(infer, ops::compare_reference<Function>, ops::one_flop);
}

}  // namespace pare
