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
    const T square = ops::wrapping(x, x, [](auto a, auto b) { return a * b; });
    return ops::wrapping(sum, square, [](auto a, auto b) { return a + b; });
  }
  template <class T>
  T finish(T sum, std::int64_t) const {
    return static_cast<T>(std::sqrt(static_cast<double>(sum)));
  }
};

void gradient(GradientContext& g) {
  // 0 at the tip of the cone.
  Value* y = ops::kept(g, g.y(0));
  ops::set_reduced_slope(g, g.zero_where(g.equal(y, 0.0), g.div(g.x(0), y)));
}

}  // namespace

/// Euclidean norm over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceL2, version 18.
OpDefs op_reduce_l2() {
  return ops::reduce_def("ReduceL2", 18, ops::reduce_reference<Function>).differentiable(gradient);
}

}  // namespace pare
