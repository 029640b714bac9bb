#include <cmath>
#include <functional>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return -x;
    } else {
      return ops::wrapping(T{}, x, [](auto a, auto b) { return a - b; });
    }
  }
};

void infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  ops::propagate_unary(
      c, [](const Dim& d) { return ops::value_or_unknown(std::minus<>(), Dim(0), d); });
}

void gradient(GradientContext& g) { g.set_dx(0, g.neg(g.dy(0))); }

}  // namespace

/// y = -x. Shapes: x any -> y as x. Source: ONNX Neg, version 13.
OpDefs op_neg() {
  return OpDef("Neg", 13)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(infer, ops::exact_unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
