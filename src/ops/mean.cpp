#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : count_(static_cast<double>(call.input_count())) {}
  template <class T>
  T operator()(T a, T b) const {
    return a + b;
  }
  template <class T>
  T finish(T x) const {
    return x / static_cast<T>(count_);
  }
  double count_;
};

void gradient(GradientContext& g) {
  const std::size_t n = g.node().inputs().size();
  Value* share = g.mul(g.dy(0), 1 / static_cast<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    if (g.wants(i)) g.set_dx(i, g.sum_to(share, g.x(i)));
  }
}

}  // namespace

/// y = mean of the inputs. Shapes: all inputs broadcast -> y. Source: ONNX Mean, version 13.
OpDefs op_mean() {
  return OpDef("Mean", 13)
      .variadic_input("data_0", types::kFloat)
      .output("y", types::kFloat)
      .define(ops::broadcast_infer, ops::variadic_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
