#include <algorithm>
#include <cmath>
#include <limits>

#include "passes/_rewrite.hpp"

namespace pare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// y = min(max(x, low), high).
struct Bounds {
  Value* x = nullptr;
  double low = -kInfinity;
  double high = kInfinity;
};

/// A bound that is omitted keeps `value`; nullopt when it is not constant.
std::optional<double> bound(const Value* v, double value) {
  if (v == nullptr) return value;
  return passes::scalar_beside(v, v);
}

/// What a node does as bounds; nullopt when it does something else.
std::optional<Bounds> bounds_of(const Node* n) {
  if (n == nullptr || n->outputs().size() != 1 || !passes::is_float(n->input(0))) {
    return std::nullopt;
  }
  if (n->is("Relu")) return Bounds{n->input(0), 0, kInfinity};
  if (n->is("Clip")) {
    const auto low = bound(n->input(1), -kInfinity);
    const auto high = bound(n->input(2), kInfinity);
    if (!low || !high || !(*low <= *high)) return std::nullopt;
    return Bounds{n->input(0), *low, *high};
  }
  if ((!n->is("Max") && !n->is("Min")) || n->inputs().size() != 2) return std::nullopt;
  const auto found = passes::operands(
      *n, [&](Value* c) { return passes::scalar_beside(c, n->output()).has_value(); });
  if (!found || !passes::same_shape(found->second, n->output())) return std::nullopt;
  const double limit = *passes::scalar_beside(found->first, n->output());
  if (std::isnan(limit)) return std::nullopt;
  return n->is("Max") ? Bounds{found->second, limit, kInfinity}
                      : Bounds{found->second, -kInfinity, limit};
}

/// `outer` after `inner`, as one.
Bounds joined(const Bounds& inner, const Bounds& outer) {
  return {inner.x, std::clamp(inner.low, outer.low, outer.high),
          std::clamp(inner.high, outer.low, outer.high)};
}

Bounds result_of(const Node& n) {
  const Bounds outer = *bounds_of(&n);
  const auto inner = bounds_of(outer.x->producer());
  return inner ? joined(*inner, outer) : outer;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const auto outer = bounds_of(&n);
  if (!outer) {
    if (!n.is("Clip") || !passes::is_float(n.input(0))) return not_mine();
    const bool inner = bounds_of(n.input(0)->producer()).has_value();
    return inner ? refuse("the bounds are not constants with min <= max") : not_mine();
  }
  const auto inner = bounds_of(outer->x->producer());
  if (inner && &outer->x->producer()->graph() == &n.graph()) return accept();
  if (n.is("Relu")) return not_mine();
  if (!n.is("Clip")) return accept();
  return outer->low == 0 && outer->high == kInfinity ? accept() : not_mine();
}

void rewrite(Node& n, PassContext& /*context*/) {
  Graph& graph = n.graph();
  const Bounds b = result_of(n);
  if (b.low == 0 && b.high == kInfinity) {
    passes::replace_node(n, {.op = "Relu", .inputs = {b.x}});
    return;
  }
  const auto constant = [&](double limit, std::string_view hint) -> Value* {
    if (limit == -kInfinity || limit == kInfinity) return nullptr;
    return graph.add_constant(passes::tensor_of(b.x->dtype(), {}, {limit}), hint);
  };
  NodeSpec spec{.op = "Clip", .inputs = {b.x}};
  Value* low = constant(b.low, n.output()->name() + "_min");
  Value* high = constant(b.high, n.output()->name() + "_max");
  if (low != nullptr || high != nullptr) spec.inputs.push_back(low);
  if (high != nullptr) spec.inputs.push_back(high);
  passes::replace_node(n, std::move(spec));
}

}  // namespace

/// Before: z = g(f(x)), f and g each a Relu, a Clip, or a Max or Min with a scalar constant
/// After: z = Clip(x, low, high), or Relu(x) where that is the same. Also a single Max or Min with
/// a scalar, and Clip(x, 0).
/// Refuses: bounds that are not constants with min <= max. Integers and scalars that raise the rank
/// are no match.
/// Keeps: every bit; the inner result where others read it.
PassDef pass_merge_clips() {
  return {.name = "merge_clips",
          .what = "makes one Relu or Clip of bounds in a row",
          .stage = 24,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
