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
    return x < T{} ? ops::wrapping(sum, x, [](auto a, auto b) { return a - b; })
                   : ops::wrapping(sum, x, [](auto a, auto b) { return a + b; });
  }
  template <class T>
  T finish(T sum, std::int64_t) const {
    return sum;
  }
};

void gradient(GradientContext& g) { ops::set_reduced_slope(g, g.op("Sign", {g.x(0)})); }

}  // namespace

/// Sum of magnitudes over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceL1, version 18.
OpDefs op_reduce_l1() {
  return ops::reduce_def("ReduceL1", 18, ops::reduce_reference<Function>).differentiable(gradient);
}

}  // namespace pare
