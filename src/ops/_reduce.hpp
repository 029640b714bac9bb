#pragma once

#include <cmath>
#include <functional>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"

namespace pare::ops {

/// Shapes of Reduce*: input 1 holds the axes (all by default, none with noop_with_empty_axes).
void reduce_infer(ShapeContext& c);

/// For every element of x the index of the element of the result it falls into, and the shape of
/// the result.
struct Reduction {
  Shape shape;
  std::vector<std::int64_t> into;
  std::int64_t each = 1;  ///< elements of x per element of the result
};
Reduction reduction_of(const OpCall& call);
/// Over `axes` (sorted, not negative); with `keep` they stay with size 1.
Reduction reduction_over(const Shape& x, const std::vector<std::int64_t>& axes, bool keep);

/// Folds in double (integers: 64 bits). Fn: start(), add(sum, x), finish(sum, count).
template <class Fn>
void reduce_reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Reduction r = reduction_of(call);
  const auto n = static_cast<std::size_t>(element_count(r.shape));
  const Fn fn;
  if (x.type().is_integer()) {
    std::vector<std::int64_t> sum(n, fn.template start<std::int64_t>());
    const std::vector<std::int64_t> in = x.to_ints();
    for (std::size_t i = 0; i < in.size(); ++i) {
      std::int64_t& s = sum[static_cast<std::size_t>(r.into[i])];
      s = fn.add(s, in[i]);
    }
    for (std::int64_t& s : sum) s = fn.finish(s, r.each);
    call.set_output(0, Tensor::of<std::int64_t>(r.shape, sum).cast(x.type()));
    return;
  }
  std::vector<double> sum(n, fn.template start<double>());
  const std::vector<double> in = x.to_doubles();
  for (std::size_t i = 0; i < in.size(); ++i) {
    double& s = sum[static_cast<std::size_t>(r.into[i])];
    s = fn.add(s, in[i]);
  }
  for (double& s : sum) s = fn.finish(s, r.each);
  call.set_output(0, Tensor::of<double>(r.shape, sum).cast(x.type()));
}

/// The schema that all reductions share.
OpDef reduce_def(const char* name, int since, void (*reference)(OpCall&),
                 TypeSet allowed = types::kNumeric);

}  // namespace pare::ops
