#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  T operator()(T x) const {
    return x < T{} ? T{} : x;  // NaN stays
  }
};

void gradient(GradientContext& g) { g.set_dx(0, g.where_or_zero(g.greater(g.x(0), 0.0), g.dy(0))); }

}  // namespace

/// y = max(x, 0). Shapes: x any -> y as x. Source: ONNX Relu, version 14.
OpDefs op_relu() {
  return OpDef("Relu", 14)
      .input("X", types::kNumeric)
      .output("Y", types::kNumeric)
      .define(ops::same_as_input, ops::exact_unary_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
