#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  bool operator()(T a, T b) const {
    return a != T{} && b != T{};
  }
};

void infer(ShapeContext& c) {
  ops::broadcast_bool_infer(c);
  ops::propagate_binary(c, [](const Dim& a, const Dim& b) { return a * b; });
}

}  // namespace

/// y = a and b. Shapes: a, b broadcast -> y. Source: ONNX And, version 7.
OpDefs op_and() {
  return OpDef("And", 7)
      .input("A", types::kBool)
      .input("B", types::kBool)
      .output("C", types::kBool, "T1")
      .define(infer, ops::compare_reference<Function>, ops::one_flop);
}

}  // namespace pare
