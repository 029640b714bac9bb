#pragma once

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"

namespace pare::ops {

/// y[k] = x[0] f x[1] f ... f x[k] along one axis, which input 1 names; integers wrap. Attributes
/// exclusive (without x[k]) and reverse (from the end). `start` is what f leaves a value as it is
/// with. Fault::corrupt for an axis outside, or more than one.
template <class Fn>
void running_reference(OpCall& call, int start, Fn f) {
  const Tensor& x = call.input(0);
  const std::vector<std::int64_t> axes = call.input(1).to_ints();
  if (axes.size() != 1) call.fail("one axis is wanted");
  const std::size_t axis = normal_axis(axes[0], x.rank());
  const bool exclusive = call.attr_int("exclusive") != 0;
  const bool reverse = call.attr_int("reverse") != 0;
  Tensor& y = call.make_output(0, x.type(), x.shape());
  if (x.empty()) return;  // other sizes may be as large as they like
  const AxisView view(x.shape(), axis);
  visit_number(x.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Wide = std::conditional_t<std::is_integral_v<T>, T, double>;
    const auto in = x.data<T>();
    const auto out = y.mutable_data<T>();
    for (std::int64_t o = 0; o < view.outer; ++o) {
      for (std::int64_t i = 0; i < view.inner; ++i) {
        auto all = static_cast<Wide>(start);
        for (std::int64_t k = 0; k < view.size; ++k) {
          const std::size_t at = view.at(o, reverse ? view.size - 1 - k : k, i);
          const Wide before = all;
          all = wrapping(all, static_cast<Wide>(load_number(in[at])), f);
          out[at] = store_number<T>(exclusive ? before : all);
        }
      }
    }
  });
}

}  // namespace pare::ops
