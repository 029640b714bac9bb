#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/_gradient.hpp"
#include "ops/_reduce.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  T start() const {
    return T{};
  }
  template <class T>
  T add(T sum, T x) const {
    return ops::wrapping(sum, x, [](auto a, auto b) { return a + b; });
  }
  template <class T>
  T finish(T sum, std::int64_t) const {
    return static_cast<T>(std::log(static_cast<double>(sum)));
  }
};

void gradient(GradientContext& g) {
  Value* share = g.mul(g.dy(0), g.exp(g.neg(g.y(0))));
  g.set_dx(0, g.expand_like(ops::kept(g, share), g.x(0)));
}

}  // namespace

/// Logarithm of the sum over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceLogSum, version 18.
OpDefs op_reduce_log_sum() {
  return ops::reduce_def("ReduceLogSum", 18, ops::reduce_reference<Function>)
      .differentiable(gradient);
}

}  // namespace pare
