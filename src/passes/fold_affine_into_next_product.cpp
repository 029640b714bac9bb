#include "passes/_linear.hpp"
#include "passes/_rewrite.hpp"

namespace pare {
namespace {

using passes::Linear;

struct Fold {
  Linear linear;
  passes::ChannelAffine affine;
};

/// Which product reads the node's result as its data.
Node* product_behind(const Node& n) {
  if (n.output() == nullptr) return nullptr;
  for (const Use& use : n.output()->uses()) {
    const bool reads = use.input == 0 && &use.node->graph() == &n.graph();
    if (reads && Linear::is_one(*use.node) && !use.node->is("ConvTranspose")) return use.node;
  }
  return nullptr;
}

std::optional<Fold> fold_at(const Node& n, std::string& why) {
  Node* product = product_behind(n);
  auto linear = Linear::of(*product, why);
  if (!linear) return std::nullopt;
  auto affine = passes::affine_of(n, linear->inputs(), linear->last_axis());
  if (!affine) {
    why = "the operand is not a constant per channel";
  } else if (!passes::has_one_reader(*n.output())) {
    why = "the input of the product has another reader";
  } else if (product->is("Gemm") && product->int_or("transA", 0) != 0) {
    why = "the Gemm transposes its input";
  } else if (affine->shifts() && !linear->takes_bias()) {
    why = "MatMul has no bias";
  } else if (affine->shifts() && !linear->pads_nothing()) {
    why = "padding would be shifted too";
  } else {
    linear->scale_inputs(*affine);
    if (linear->is_finite()) return Fold{std::move(*linear), std::move(*affine)};
    why = "a weight would leave the range of its type";
  }
  return std::nullopt;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  if (!passes::may_be_affine(n) || product_behind(n) == nullptr) {
    return not_mine();
  }
  std::string why;
  return fold_at(n, why) ? accept() : refuse(why);
}

void rewrite(Node& n, PassContext& /*context*/) {
  std::string why;
  Fold fold = *fold_at(n, why);
  fold.linear.store();
  fold.linear.node().set_input(0, fold.affine.x);
  n.graph().erase(&n);
}

}  // namespace

/// Before: x = BatchNormalization(u), or u +, -, * or / c with c constant per channel; y = f(x, W,
/// b), f a Conv, Gemm or MatMul      After: y = f(u, W * s, b + W t)
/// Refuses: W or b not constant; W or x with another reader; c that varies inside a channel; a
/// shift before a Conv that pads (zeros would be shifted too) or before MatMul; Gemm with transA;
/// weights that would leave the range of their type.
/// Keeps: output names; y up to rounding.
PassDef pass_fold_affine_into_next_product() {
  return {.name = "fold_affine_into_next_product",
          .what = "folds BatchNormalization, scales and shifts into the product behind them",
          .stage = 42,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
