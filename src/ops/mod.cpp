#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : call_(&call), c_rules_(call.attr_int("fmod") != 0) {}
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_same_v<T, bool>) {
      return false;  // not allowed by the schema
    } else if constexpr (std::is_floating_point_v<T>) {
      const T r = std::fmod(a, b);
      return c_rules_ || r == 0 || (r < 0) == (b < 0) ? r : r + b;
    } else {
      if (b == T{}) call_->fail("remainder of an integer division by zero");
      if constexpr (std::is_signed_v<T>) {
        if (b == T{-1}) return T{};
      }
      const auto r = static_cast<T>(a % b);
      return c_rules_ || r == 0 || (r < 0) == (b < 0) ? r : static_cast<T>(r + b);
    }
  }
  const OpCall* call_;
  bool c_rules_;
};

void infer(ShapeContext& c) {
  ops::broadcast_infer(c);
  if (c.attr_int("fmod") != 0) return;
  ops::propagate_binary(c, [](const Dim& a, const Dim& b) { return a - floor_div(a, b) * b; });
}

void gradient(GradientContext& g) {
  // The quotient (a - y) / b is constant between its steps.
  if (g.wants(0)) g.set_dx(0, g.sum_to(g.dy(0), g.x(0)));
  if (g.wants(1)) {
    Value* quotient = g.div(g.sub(g.y(0), g.x(0)), g.x(1));
    g.set_dx(1, g.sum_to(g.mul(g.dy(0), quotient), g.x(1)));
  }
}

}  // namespace

/// Remainder with the sign of the divisor, or of the dividend where `fmod` is 1. Shapes: a, b
/// broadcast -> y. Errors: Fault::corrupt for an integer division by zero. Source: ONNX Mod,
/// version 13.
OpDefs op_mod() {
  return OpDef("Mod", 13)
      .input("A", types::kNumeric)
      .input("B", types::kNumeric)
      .output("C", types::kNumeric)
      .attribute("fmod", std::int64_t{0}, "1: C's fmod")
      .define(infer, ops::binary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
