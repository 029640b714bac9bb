#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

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

void infer(ShapeContext& c) {
  ops::broadcast_infer(c);
  ops::propagate_all(c, ops::lesser_dim);
}

}  // namespace

/// y = least of the inputs; NaN wins. Shapes: all inputs broadcast -> y. Source: ONNX Min,
/// version 13.
OpDefs op_min() {
  return OpDef("Min", 13)
      .variadic_input("data_0", types::kNumeric)
      .output("y", types::kNumeric)
      .define(infer, ops::variadic_reference<Function>, ops::one_flop)
      .differentiable(ops::ties_gradient);
}

}  // namespace pare
