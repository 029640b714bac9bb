#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  T operator()(T x) const {
    return ops::wrapping(x, x, [](auto a, auto) { return static_cast<decltype(a)>(-1) - a; });
  }
};

}  // namespace

/// Every bit turned over. Shapes: x any -> y as x. Source: ONNX BitwiseNot, version 18.
OpDefs op_bitwise_not() {
  return OpDef("BitwiseNot", 18)
      .input("X", types::kInt)
      .output("Y", types::kInt)
      .define(ops::same_as_input, ops::exact_unary_reference<Function>, ops::one_flop);
}

}  // namespace pare
