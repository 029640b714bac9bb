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

void scatter_gradient(GradientContext& g, Value* (*gather)(GradientContext&, Value*)) {
  Value* dy = g.dy(0);
  const std::string reduction = g.attr_string("reduction");
  const auto scatter = [&](Value* into, Value* updates, const char* how) {
    Attributes attributes = g.node().attributes();
    attributes["reduction"] = std::string(how);
    return g.op(g.node().op(), {into, g.x(1), updates}, attributes);
  };
  Value* data = dy;
  Value* updates = nullptr;
  if (reduction == "none") {
    data = scatter(dy, g.zeros_like(g.x(2)), "none");
    updates = gather(g, dy);
  } else if (reduction == "add") {
    updates = gather(g, dy);
  } else if (reduction == "mul") {
    Value* ones = g.expand_like(g.number(1, dy), dy);
    data = g.mul(dy, scatter(ones, g.x(2), "mul"));
    updates = g.div(gather(g, g.mul(dy, g.y(0))), g.x(2));
  } else {
    Value* kept = g.cast_like(g.equal(g.x(0), g.y(0)), dy);
    Value* taken = g.cast_like(g.equal(g.x(2), gather(g, g.y(0))), dy);
    Value* share = g.div(dy, scatter(kept, taken, "add"));
    data = g.mul(share, kept);
    updates = g.mul(gather(g, share), taken);
  }
  g.set_dx(0, data);
  g.set_dx(2, updates);
}

}  // namespace pare::ops
