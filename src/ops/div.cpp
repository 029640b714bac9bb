#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : call_(&call) {}
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return a / b;
    } else {
      if (b == T{}) call_->fail("integer division by zero");
      if constexpr (std::is_signed_v<T>) {
        // The least value has no positive counterpart: it wraps to itself.
        if (b == T{-1}) return ops::wrapping(T{}, a, [](auto x, auto y) { return x - y; });
      }
      return static_cast<T>(a / b);
    }
  }
  const OpCall* call_;
};

void infer(ShapeContext& c) {
  ops::broadcast_infer(c);
  ops::propagate_binary(c, [](const Dim& a, const Dim& b) {
    const bool negative = (a.is_number() && a.number() < 0) || (b.is_number() && b.number() < 0);
    if (!negative) return floor_div(a, b);  // sizes are not negative: floor is truncation
    if (!a.is_number() || !b.is_number() || b.is(0) || b.is(-1)) return Dim::unknown();
    return Dim(a.number() / b.number());
  });
}

void gradient(GradientContext& g) {
  Value* part = g.div(g.dy(0), g.x(1));
  if (g.wants(0)) g.set_dx(0, g.sum_to(part, g.x(0)));
  if (g.wants(1)) g.set_dx(1, g.neg(g.sum_to(g.mul(part, g.y(0)), g.x(1))));
}

}  // namespace

/// y = a / b; integers truncate towards zero. Shapes: a, b broadcast -> y. Errors: Fault::corrupt
/// for an integer division by zero. Source: ONNX Div, version 14.
OpDefs op_div() {
  return OpDef("Div", 14)
      .input("A", types::kNumeric)
      .input("B", types::kNumeric)
      .output("C", types::kNumeric)
      .define(infer, ops::binary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
