#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  bool operator()(T a, T b) const {
    return a >= b;
  }
};

}  // namespace

/// y = a >= b. Shapes: a, b broadcast -> y. Source: ONNX GreaterOrEqual, version 16.
OpDefs op_greater_or_equal() {
  return OpDef("GreaterOrEqual", 16)
      .input("A", types::kNumeric)
      .input("B", types::kNumeric)
      .output("C", types::kBool, "T1")
      .define(ops::broadcast_bool_infer, ops::compare_reference<Function>, ops::one_flop);
}

}  // namespace pare
