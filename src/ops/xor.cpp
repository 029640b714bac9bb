#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  bool operator()(T a, T b) const {
    return (a != T{}) != (b != T{});
  }
};

}  // namespace

/// y = a exclusive-or b. Shapes: a, b broadcast -> y. Source: ONNX Xor, version 7.
OpDefs op_xor() {
  return OpDef("Xor", 7)
      .input("A", types::kBool)
      .input("B", types::kBool)
      .output("C", types::kBool, "T1")
      .define(ops::broadcast_bool_infer, ops::compare_reference<Function>, ops::one_flop);
}

}  // namespace pare
