#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  T operator()(T x) const {
    return x > T{} ? T{1} : x < T{} ? static_cast<T>(-1) : x;
  }
};

}  // namespace

/// y = -1, 0 or 1. Shapes: x any -> y as x. Source: ONNX Sign, version 13.
OpDefs op_sign() {
  return OpDef("Sign", 13)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::same_as_input, ops::exact_unary_reference<Function>, ops::one_flop)
      .differentiable(ops::nothing_flows);
}

}  // namespace pare
