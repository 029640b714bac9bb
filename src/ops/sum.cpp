#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& /*call*/) {}
  template <class T>
  T operator()(T a, T b) const {
    return a + b;
  }
  template <class T>
  T finish(T x) const {
    return x;
  }
};

void gradient(GradientContext& g) {
  for (std::size_t i = 0; i < g.node().inputs().size(); ++i) {
    if (g.wants(i)) g.set_dx(i, g.sum_to(g.dy(0), g.x(i)));
  }
}

}  // namespace

/// y = sum of the inputs. Shapes: all inputs broadcast -> y. Source: ONNX Sum, version 13.
OpDefs op_sum() {
  return OpDef("Sum", 13)
      .variadic_input("data_0", types::kFloat)
      .output("y", types::kFloat)
      .define(ops::broadcast_infer, ops::variadic_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
