#include <cmath>
#include <limits>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::fabs(x);
    } else {
      return x < T{} ? ops::wrapping(T{}, x, [](auto a, auto b) { return a - b; }) : x;
    }
  }
};

void gradient(GradientContext& g) { ops::set_slope(g, g.op("Sign", {g.x(0)})); }

void infer(ShapeContext& c) {
  ops::same_as_input(c);
  ops::propagate_unary(c, [](const Dim& x) {
    constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
    if (x.is_number() && x.number() < 0 && x.number() > kLeast) return Dim(-x.number());
    return x.never_negative() ? x : Dim::unknown();
  });
}

}  // namespace

/// y = |x|. Shapes: x any -> y as x. Source: ONNX Abs, version 13.
OpDefs op_abs() {
  return OpDef("Abs", 13)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(infer, ops::exact_unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
