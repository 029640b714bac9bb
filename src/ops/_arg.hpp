#pragma once

#include "ops/_elementwise.hpp"
#include "ops/_numbers.hpp"

namespace pare::ops {

/// NaN goes before every number.
template <bool kGreatest, class T>
bool goes_before(T a, T b) {
  if (is_nan(a) || is_nan(b)) return is_nan(a) && !is_nan(b);
  return kGreatest ? a > b : a < b;
}

/// Schema and kernel of ArgMax (greatest) and ArgMin.
template <bool kGreatest>
void arg_reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  const bool last = call.attr_int("select_last_index") != 0;
  const std::int64_t size = x.dim(axis);
  if (size == 0) call.fail("nothing to choose from");
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < x.rank(); ++i) inner *= x.dim(i);
  const std::int64_t outer = x.size() / (size * std::max<std::int64_t>(inner, 1));
  Shape shape = x.shape();
  if (call.attr_int("keepdims") != 0) {
    shape[axis] = 1;
  } else {
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  const auto out =
      call.make_output(0, dtype_of(ElementKind::i64), shape).mutable_data<std::int64_t>();
  visit_number(x.kind(), [&](auto tag) {
    const auto in = x.data<typename decltype(tag)::type>();
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < inner; ++i) {
        const auto at = [&](std::int64_t k) {
          return load_number(in[static_cast<std::size_t>((o * size + k) * inner + i)]);
        };
        std::int64_t best = 0;
        for (std::int64_t k = 1; k < size; ++k) {
          const bool better = goes_before<kGreatest>(at(k), at(best));
          const bool worse = goes_before<kGreatest>(at(best), at(k));
          if (better || (last && !worse)) best = k;
        }
        out[static_cast<std::size_t>(o * inner + i)] = best;
      }
    }
  });
}

OpDef arg_def(const char* name, void (*reference)(OpCall&));

}  // namespace pare::ops
