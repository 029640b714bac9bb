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
  T finish(T sum, std::int64_t count) const {
    return count == 0 ? T{} : sum / static_cast<T>(count);
  }
};

void gradient(GradientContext& g) {
  Value* each = g.div(g.count(g.x(0)), g.count(g.y(0)));
  g.set_dx(0, g.expand_like(ops::kept(g, g.div(g.dy(0), each)), g.x(0)));
}

}  // namespace

/// Mean over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceMean, version 18.
OpDefs op_reduce_mean() {
  return ops::reduce_def("ReduceMean", 18, ops::reduce_reference<Function>)
      .differentiable(gradient);
}

}  // namespace pare
