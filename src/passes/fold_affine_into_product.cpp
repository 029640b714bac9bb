#include "passes/_linear.hpp"
#include "passes/_rewrite.hpp"

namespace pare {
namespace {

using passes::Linear;

struct Fold {
  Linear linear;
  passes::ChannelAffine affine;
};

/// The product that makes the data input of `n`.
Node* product_before(const Node& n) {
  for (std::size_t i = 0; i < 2; ++i) {
    const Value* v = n.input(i);
    if (v != nullptr && v->producer() != nullptr && Linear::is_one(*v->producer()) &&
        &v->graph() == &n.graph()) {
      return v->producer();
    }
  }
  return nullptr;
}

std::optional<Fold> fold_at(const Node& n, std::string& why) {
  Node* product = product_before(n);
  auto linear = Linear::of(*product, why);
  if (!linear) return std::nullopt;
  auto affine = passes::affine_of(n, linear->outputs(), linear->last_axis());
  if (!affine || affine->x != product->output()) {
    why = "what follows is not a constant per channel";
    return std::nullopt;
  }
  if (!passes::has_one_reader(*product->output())) {
    why = "the product has another reader";
  } else if (affine->shifts() && !linear->takes_bias()) {
    why = "MatMul has no bias";
  } else {
    linear->scale_outputs(*affine);
    if (linear->is_finite()) return Fold{std::move(*linear), std::move(*affine)};
    why = "a weight would leave the range of its type";
  }
  return std::nullopt;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  if (!passes::may_be_affine(n) || product_before(n) == nullptr) return not_mine();
  std::string why;
  return fold_at(n, why) ? accept() : refuse(why);
}

void rewrite(Node& n, PassContext& /*context*/) {
  std::string why;
  Fold fold = *fold_at(n, why);
  fold.linear.store();
  n.resize_outputs(1);
  passes::bypass(n, fold.linear.node().output());
}

}  // namespace

/// Before: y = f(x, W, b), f a Conv, ConvTranspose, Gemm or MatMul; z = BatchNormalization(y), or
/// y +, -, * or / c with c constant per channel      After: z = f(x, W * s, b * s + t)
/// Refuses: W or b not constant; W or y with another reader; c that varies inside a channel; a
/// shift behind MatMul; weights that would leave the range of their type.
/// Keeps: output names; z up to rounding.
PassDef pass_fold_affine_into_product() {
  return {.name = "fold_affine_into_product",
          .what = "folds BatchNormalization, scales and shifts into the product before them",
          .stage = 40,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
