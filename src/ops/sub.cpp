#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& /*call*/) {}
  template <class T>
  T operator()(T a, T b) const {
    return ops::wrapping(a, b, [](auto x, auto y) { return x - y; });
  }
};

void infer(ShapeContext& c) {
  ops::broadcast_infer(c);
  ops::propagate_binary(c, [](const Dim& a, const Dim& b) { return a - b; });
}

void gradient(GradientContext& g) {
  if (g.wants(0)) g.set_dx(0, g.sum_to(g.dy(0), g.x(0)));
  if (g.wants(1)) g.set_dx(1, g.neg(g.sum_to(g.dy(0), g.x(1))));
}

}  // namespace

/// y = a - b. Shapes: a, b broadcast -> y. Integers wrap around. Source: ONNX Sub, version 14.
OpDefs op_sub() {
  return OpDef("Sub", 14)
      .input("A", types::kNumeric)
      .input("B", types::kNumeric)
      .output("C", types::kNumeric)
      .define(infer, ops::binary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
