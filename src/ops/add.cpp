#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& /*call*/) {}
  template <class T>
  T operator()(T a, T b) const {
    return ops::wrapping(a, b, [](auto x, auto y) { return x + y; });
  }
};

void infer(ShapeContext& c) {
  ops::broadcast_infer(c);
  ops::propagate_binary(c, [](const Dim& a, const Dim& b) { return a + b; });
}

void gradient(GradientContext& g) {
  for (std::size_t i = 0; i < 2; ++i) {
    if (g.wants(i)) g.set_dx(i, g.sum_to(g.dy(0), g.x(i)));
  }
}

}  // namespace

/// y = a + b. Shapes: a, b broadcast -> y. Integers wrap around. Source: ONNX Add, version 14.
OpDefs op_add() {
  return OpDef("Add", 14)
      .input("A", types::kNumeric)
      .input("B", types::kNumeric)
      .output("C", types::kNumeric)
      .define(infer, ops::binary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
