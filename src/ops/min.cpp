#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& /*call*/) {}
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(a) || std::isnan(b)) return a + b;
    }
    return b < a ? b : a;
  }
  template <class T>
  T finish(T x) const {
    return x;
  }
};

}  // namespace

/// y = least of the inputs; NaN wins. Shapes: all inputs broadcast -> y. Source: ONNX Min,
/// version 13.
OpDefs op_min() {
  return OpDef("Min", 13)
      .variadic_input("data_0", types::kNumeric)
      .output("y", types::kNumeric)
      .define(ops::broadcast_infer, ops::variadic_reference<Function>, ops::one_flop);
}

}  // namespace pare
