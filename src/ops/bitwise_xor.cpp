#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : call_(&call) {}
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(a ^ b);
    } else {
      call_->fail("bits of a float");
    }
  }
  const OpCall* call_;
};

}  // namespace

/// y = a ^ b bit by bit. Shapes: a, b broadcast -> y. Source: ONNX BitwiseXor, version 18.
OpDefs op_bitwise_xor() {
  return OpDef("BitwiseXor", 18)
      .input("A", types::kInt)
      .input("B", types::kInt)
      .output("C", types::kInt)
      .define(ops::broadcast_infer, ops::binary_reference<Function>, ops::one_flop);
}

}  // namespace pare
