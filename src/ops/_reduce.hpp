#pragma once

#include <cmath>
#include <functional>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare::ops {

/// Shapes of Reduce*: input 1 holds the axes (all by default, none with noop_with_empty_axes).
void reduce_infer(ShapeContext& c);

/// As reduce_infer; all values of a list are folded by `fold`, from left to right.
void reduce_infer(ShapeContext& c, Dim (*fold)(const Dim&, const Dim&));

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

/// Folds in the type of the numbers given.
template <class Fn, class Wide>
std::vector<Wide> fold(const Reduction& r, const std::vector<Wide>& in) {
  const Fn fn;
  std::vector<Wide> sum(static_cast<std::size_t>(element_count(r.shape)),
                        fn.template start<Wide>());
  for (std::size_t i = 0; i < in.size(); ++i) {
    Wide& s = sum[static_cast<std::size_t>(r.into[i])];
    s = fn.add(s, in[i]);
  }
  for (Wide& s : sum) s = fn.finish(s, r.each);
  return sum;
}

/// Folds in double; integers in 64 bits, where what does not fit wraps. Fn: start(), add(sum, x),
/// finish(sum, count).
template <class Fn>
void reduce_reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Reduction r = reduction_of(call);
  if (x.kind() == ElementKind::u64) {
    const auto in = x.data<std::uint64_t>();
    const auto y = fold<Fn>(r, std::vector<std::uint64_t>(in.begin(), in.end()));
    call.set_output(0, Tensor::of<std::uint64_t>(r.shape, y));
  } else if (x.type().is_integer()) {
    const auto y = fold<Fn>(r, x.to_ints());
    call.set_output(0, from_wrapping({y.begin(), y.end()}, r.shape, x.type()));
  } else {
    std::vector<double> y = fold<Fn>(r, x.to_doubles());
    if (x.kind() == ElementKind::boolean) {  // infinity is what an empty set gives
      for (double& v : y) v = v > 0 ? 1 : 0;
    }
    call.set_output(0, from_doubles(y, r.shape, x.type()));
  }
}

/// The schema that all reductions share.
OpDef reduce_def(const char* name, int since, void (*reference)(OpCall&),
                 TypeSet allowed = types::kNumeric);

/// The reduction `name` of v over what the node reduces, with reduced dimensions of size 1.
Value* reduce_again(GradientContext& g, const char* name, Value* v);
/// A value of the shape of y with the reduced dimensions kept as size 1.
Value* kept(GradientContext& g, Value* v);
/// dx = dy * slope, dy spread over what was reduced.
void set_reduced_slope(GradientContext& g, Value* slope);
/// Those of x that are equal to the extreme share dy.
void reduce_ties_gradient(GradientContext& g);

}  // namespace pare::ops
