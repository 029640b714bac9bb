#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& /*call*/) {}
  template <class T>
  T operator()(T x, T slope) const {
    return x < T{} ? ops::wrapping(x, slope, [](auto a, auto b) { return a * b; }) : x;
  }
};

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* below = g.less(x, 0.0);
  if (g.wants(0)) {
    Value* slope = g.where(below, g.x(1), g.number(1, x));
    g.set_dx(0, g.sum_to(g.mul(g.dy(0), slope), x));
  }
  if (g.wants(1)) g.set_dx(1, g.sum_to(g.where_or_zero(below, g.mul(g.dy(0), x)), g.x(1)));
}

}  // namespace

/// y = x for x >= 0, slope x below. Shapes: x, slope broadcast to x -> y. Source: ONNX PRelu,
/// version 16.
OpDefs op_prelu() {
  return OpDef("PRelu", 16)
      .input("X", types::kNumeric)
      .input("slope", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::broadcast_infer, ops::binary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
