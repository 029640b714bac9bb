#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"
#include "ops/_reduce.hpp"

namespace pare {
namespace {

struct Function {
  template <class T>
  T start() const {
    return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::max();
  }
  template <class T>
  T add(T sum, T x) const {
    return x < sum || ops::is_nan(x) ? x : sum;
  }
  template <class T>
  T finish(T sum, std::int64_t) const {
    return sum;
  }
};

void infer(ShapeContext& c) { ops::reduce_infer(c, ops::lesser_dim); }

}  // namespace

/// Least over axes; NaN wins. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceMin, version 20.
OpDefs op_reduce_min() {
  return ops::reduce_def("ReduceMin", 20, ops::reduce_reference<Function>,
                         types::kNumeric | types::kBool)
      .define(infer, ops::reduce_reference<Function>, ops::one_flop)
      .differentiable(ops::reduce_ties_gradient);
}

}  // namespace pare
