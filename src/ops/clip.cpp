#include <algorithm>
#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.make_output(0, x.type(), x.shape());
  visit_number(x.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto in = x.data<T>();
    const auto out = y.mutable_data<T>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = in[i];
    // min first: where min > max, the answer is max.
    if (call.has_input(1)) {
      const auto least = load_number(call.input(1).item<T>());
      for (T& v : out) v = load_number(v) < least ? store_number<T>(least) : v;
    }
    if (call.has_input(2)) {
      const auto most = load_number(call.input(2).item<T>());
      for (T& v : out) v = load_number(v) > most ? store_number<T>(most) : v;
    }
  });
}

/// To the bound that was taken, else to x; at a bound itself to x.
void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* low = g.x(1);
  Value* high = g.x(2);
  Value* under = low != nullptr ? g.less(x, low) : nullptr;
  Value* raised = low != nullptr ? g.op("Max", {x, low}) : x;
  Value* over = high != nullptr ? g.greater(raised, high) : nullptr;
  const auto not_over = [&](Value* v) { return over != nullptr ? g.zero_where(over, v) : v; };
  Value* inside = under != nullptr ? g.zero_where(under, g.dy(0)) : g.dy(0);
  if (g.wants(0)) g.set_dx(0, g.sum_to(not_over(inside), x));
  if (g.wants(1)) {
    g.set_dx(1, g.reshape_like(g.sum_all(not_over(g.where_or_zero(under, g.dy(0)))), low));
  }
  if (g.wants(2)) {
    g.set_dx(2, g.reshape_like(g.sum_all(g.where_or_zero(over, g.dy(0))), high));
  }
}

}  // namespace

/// y = min(max(x, least), most); NaN stays. Shapes: x any, least and most [] -> y as x. Source:
/// ONNX Clip, version 13.
OpDefs op_clip() {
  return OpDef("Clip", 13)
      .input("input", types::kNumeric)
      .optional_input("min", types::kNumeric)
      .optional_input("max", types::kNumeric)
      .output("output", types::kNumeric)
      .define(ops::same_as_input, reference, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
