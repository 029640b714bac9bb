#include "passes/_hard.hpp"

namespace pare {
namespace {

Value* hard_sigmoid_at(const Node& n) {
  if (!n.is("Mul") && !n.is("Div")) return nullptr;
  const auto product = passes::product_of(n.output());
  if (!product || product->values.size() != 1 || !passes::near(product->factor, 1.0 / 6)) {
    return nullptr;
  }
  return passes::shifted_relu6(product->values[0]);
}

/// A later Mul with x makes HardSwish of it: that is better.
bool becomes_hard_swish(const Node& n, const Value* x) {
  const Node* reader = passes::only_reader(*n.output());
  if (reader == nullptr || !reader->is("Mul")) return false;
  return reader->input(0) == x || reader->input(1) == x;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const Value* x = hard_sigmoid_at(n);
  if (x == nullptr || becomes_hard_swish(n, x)) return not_mine();
  if (!passes::same_shape(x, n.output())) return refuse("the shape of x is not known");
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  passes::replace_node(n, {.op = "HardSigmoid",
                           .inputs = {hard_sigmoid_at(n)},
                           .attributes = {{"alpha", 1.0F / 6}, {"beta", 0.5F}}});
}

}  // namespace

/// Before: y = Clip(x + 3, 0, 6) / 6      After: y = HardSigmoid(x, 1/6, 1/2)
/// Refuses: x whose shape is not known to be that of y. An intermediate result with another
/// reader, and what HardSwish covers, are no match.
/// Keeps: output names; y up to rounding.
PassDef pass_fuse_hard_sigmoid() {
  return {.name = "fuse_hard_sigmoid",
          .what = "recognises HardSigmoid in its parts",
          .stage = 32,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
