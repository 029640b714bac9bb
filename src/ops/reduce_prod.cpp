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
    return T{1};
  }
  template <class T>
  T add(T sum, T x) const {
    return ops::wrapping(sum, x, [](auto a, auto b) { return a * b; });
  }
  template <class T>
  T finish(T sum, std::int64_t) const {
    return sum;
  }
};

void infer(ShapeContext& c) {
  ops::reduce_infer(c, [](const Dim& a, const Dim& b) { return a * b; });
}

/// The product of the others: y / x, unless there is a zero. With one zero only that one has a
/// slope, with more none.
void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* zero = g.equal(x, 0.0);
  Value* others = ops::reduce_again(g, "ReduceProd", g.where(zero, g.number(1, x), x));
  Value* zeros = ops::reduce_again(g, "ReduceSum", g.cast_like(zero, x));
  Value* slope = g.where(zero, others, g.div(others, x));
  Value* left = g.sub(zeros, g.cast_like(zero, x));  // zeros among the others
  ops::set_reduced_slope(g, g.where_or_zero(g.equal(left, 0.0), slope));
}

}  // namespace

/// Product over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceProd, version 18.
OpDefs op_reduce_prod() {
  return ops::reduce_def("ReduceProd", 18, ops::reduce_reference<Function>)
      .define(infer, ops::reduce_reference<Function>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
