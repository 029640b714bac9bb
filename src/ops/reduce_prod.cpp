#include <algorithm>
#include <cmath>
#include <limits>

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
    return sum * x;
  }
  template <class T>
  T finish(T sum, std::int64_t) const {
    return sum;
  }
};

}  // namespace

/// Product over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceProd, version 18.
OpDefs op_reduce_prod() {
  return ops::reduce_def("ReduceProd", 18, ops::reduce_reference<Function>);
}

}  // namespace pare
