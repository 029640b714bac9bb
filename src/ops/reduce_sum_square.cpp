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
    return sum;
  }
};

void gradient(GradientContext& g) { ops::set_reduced_slope(g, g.mul(g.x(0), 2)); }

}  // namespace

/// Sum of squares over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceSumSquare, version 18.
OpDefs op_reduce_sum_square() {
  return ops::reduce_def("ReduceSumSquare", 18, ops::reduce_reference<Function>)
      .differentiable(gradient);
}

}  // namespace pare
