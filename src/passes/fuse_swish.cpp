#include "passes/_rewrite.hpp"

namespace pare {
namespace {

struct Found {
  Value* x = nullptr;
  float alpha = 1;
};

std::optional<Found> swish_at(const Node& n) {
  if (!n.is("Mul") || !passes::is_float(n.output())) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    const Node* sigmoid = passes::made_by(n.input(i), "Sigmoid");
    Value* x = n.input(1 - i);
    if (sigmoid == nullptr) continue;
    if (sigmoid->input(0) == x) return Found{x, 1};
    const auto inner = passes::product_of(sigmoid->input(0));
    const bool scaled = inner && inner->values.size() == 1 && inner->values[0] == x &&
                        passes::has_one_reader(*sigmoid->input(0));
    if (scaled) return Found{x, static_cast<float>(inner->factor)};
  }
  return std::nullopt;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const auto found = swish_at(n);
  if (!found) return not_mine();
  if (!passes::same_shape(found->x, n.output())) return refuse("the shape of x is not known");
  const Value* gate = n.input(0) == found->x ? n.input(1) : n.input(0);
  if (!passes::has_one_reader(*gate)) return refuse("the sigmoid has another reader");
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  const Found found = *swish_at(n);
  NodeSpec spec{.op = "Swish", .inputs = {found.x}};
  if (found.alpha != 1) spec.attributes.emplace("alpha", found.alpha);
  passes::replace_node(n, std::move(spec));
}

}  // namespace

/// Before: y = x * Sigmoid(a x), a constant      After: y = Swish(x, a)
/// Refuses: a Sigmoid with another reader; x whose shape is not known to be that of y.
/// Keeps: output names; y up to rounding. Off by default: Swish is new in operator set 24, which
/// few runtimes load yet.
PassDef pass_fuse_swish() {
  return {.name = "fuse_swish",
          .what = "recognises Swish (SiLU) in its parts; needs operator set 24",
          .stage = 30,
          .by_default = false,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
