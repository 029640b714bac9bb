#include <algorithm>
#include <cmath>
#include <limits>

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

}  // namespace

/// Mean over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceMean, version 18.
OpDefs op_reduce_mean() {
  return ops::reduce_def("ReduceMean", 18, ops::reduce_reference<Function>);
}

}  // namespace pare
