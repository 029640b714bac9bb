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
    return sum;
  }
};

void infer(ShapeContext& c) {
  ops::reduce_infer(c, [](const Dim& a, const Dim& b) { return a + b; });
}

void gradient(GradientContext& g) { g.set_dx(0, g.expand_like(ops::kept(g, g.dy(0)), g.x(0))); }

}  // namespace

/// Sum over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceSum, version 13.
OpDefs op_reduce_sum() {
  return ops::reduce_def("ReduceSum", 13, ops::reduce_reference<Function>)
      .define(infer, ops::reduce_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
