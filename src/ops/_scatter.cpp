#include "ops/_scatter.hpp"

#include <algorithm>
#include <array>

#include "ops/_numbers.hpp"

namespace pare::ops {
namespace {

template <class T>
T combine(const std::string& reduction, T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return reduction == "add" || reduction == "max" ? a || b : a && b;
  } else {
    if (reduction == "add") return wrapping(a, b, [](auto x, auto y) { return x + y; });
    if (reduction == "mul") return wrapping(a, b, [](auto x, auto y) { return x * y; });
    if (reduction == "max") return b > a || is_nan(b) ? b : a;
    return b < a || is_nan(b) ? b : a;
  }
}

}  // namespace

ScatterInto::ScatterInto(const OpCall& call, const Tensor& x, const Tensor& updates)
    : reduction_(call.attr_string("reduction")), updates_(updates), out_(x.clone()) {
  constexpr std::array<std::string_view, 5> kKnown = {"none", "add", "mul", "max", "min"};
  if (std::find(kKnown.begin(), kKnown.end(), reduction_) == kKnown.end()) {
    call.fail(cat("reduction '", reduction_, "' is not one of none, add, mul, max, min"));
  }
  if (x.type() != updates.type()) call.fail("updates are of another element type");
}

void ScatterInto::put(std::int64_t to, std::int64_t from) {
  if (reduction_ == "none") {
    put_element(out_, to, updates_, from);
    return;
  }
  visit_number(out_.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T& y = out_.mutable_data<T>()[static_cast<std::size_t>(to)];
    const T u = updates_.data<T>()[static_cast<std::size_t>(from)];
    y = store_number<T>(combine(reduction_, load_number(y), load_number(u)));
  });
}

}  // namespace pare::ops
