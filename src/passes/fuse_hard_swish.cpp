#include <cmath>

#include "passes/_hard.hpp"

namespace pare {
namespace {

constexpr double kSixth = 1.0 / 6;

/// x when the node's result is x * clip(x + 3, 0, 6) / 6.
Value* hard_swish_at(const Node& n) {
  if ((!n.is("Mul") && !n.is("Div")) || !passes::is_float(n.output())) return nullptr;
  const auto product = passes::product_of(n.output());
  if (!product || product->values.size() != 2) return nullptr;
  for (Value* candidate : product->values) {
    Value* x = passes::shifted_relu6(candidate);
    bool scaled = passes::near(product->factor, kSixth);
    if (x == nullptr && passes::made_by(candidate, "HardSigmoid") != nullptr &&
        passes::has_one_reader(*candidate)) {
      const Node& sigmoid = *candidate->producer();
      const bool standard =
          passes::near(static_cast<double>(sigmoid.float_or("alpha", 0.2F)), kSixth) &&
          sigmoid.float_or("beta", 0.5F) == 0.5F;
      if (standard) x = sigmoid.input(0);
      scaled = product->factor == 1;
    }
    if (x != nullptr && scaled && passes::other_factor(*product, x) == candidate) return x;
  }
  return nullptr;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const Value* x = hard_swish_at(n);
  if (x == nullptr) return not_mine();
  if (!passes::same_shape(x, n.output())) return refuse("the shape of x is not known");
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  passes::replace_node(n, {.op = "HardSwish", .inputs = {hard_swish_at(n)}});
}

}  // namespace

/// Before: y = x * Clip(x + 3, 0, 6) / 6, in any order, or y = x * HardSigmoid(x, 1/6, 1/2)
/// After: y = HardSwish(x)
/// Refuses: x whose shape is not known to be that of y. An intermediate result with another
/// reader is no match.
/// Keeps: output names; y up to rounding.
PassDef pass_fuse_hard_swish() {
  return {.name = "fuse_hard_swish",
          .what = "recognises HardSwish in its parts",
          .stage = 30,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
