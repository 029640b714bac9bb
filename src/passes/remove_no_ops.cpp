#include <algorithm>

#include "passes/_rewrite.hpp"

namespace pare {
namespace {

using passes::all_equal;
using passes::integers;
using passes::same_shape;

bool constant_is(const Value* value, double number) {
  return value != nullptr && value->is_constant() && value->constant().type().is_float() &&
         all_equal(value->constant(), number);
}

bool adds_nothing(const Node& n) {
  const auto plain = [&](std::size_t kept, double neutral) {
    return constant_is(n.input(1 - kept), neutral) && same_shape(n.input(kept), n.output());
  };
  if (n.is("Add")) return plain(0, 0) || plain(1, 0);
  if (n.is("Mul")) return plain(0, 1) || plain(1, 1);
  if (n.is("Sub")) return plain(0, 0);
  if (n.is("Div") || n.is("Pow")) return plain(0, 1);
  return false;
}

bool is_whole_slice(const Node& n) {
  if (!n.is("Slice") || !same_shape(n.input(0), n.output())) return false;
  const auto steps = integers(n.input(4));
  if (n.input(4) != nullptr && !steps) return false;
  return !steps || std::all_of(steps->begin(), steps->end(), [](auto s) { return s == 1; });
}

bool is_inference_dropout(const Node& n) {
  if (!n.is("Dropout")) return false;
  if (n.output(1) != nullptr && n.output(1)->readers() > 0) return false;
  const Value* training = n.input(2);
  return training == nullptr ||
         (training->is_constant() && training->constant().kind() == ElementKind::boolean &&
          !training->constant().item<bool>());
}

bool is_identity_transpose(const Node& n) {
  const auto* perm = n.attribute_as<std::vector<std::int64_t>>("perm");
  if (!n.is("Transpose") || perm == nullptr) return false;
  for (std::size_t i = 0; i < perm->size(); ++i) {
    if ((*perm)[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

bool moves_nothing(const Node& n) {
  const bool keeps_order =
      n.is("Reshape") || n.is("Flatten") || n.is("Squeeze") || n.is("Unsqueeze") || n.is("Expand");
  if (keeps_order || n.is("Split")) {
    return n.outputs().size() == 1 && same_shape(n.input(0), n.output());
  }
  if (n.is("Pad") || n.is("Tile")) {
    const auto counts = integers(n.input(1));
    const std::int64_t neutral = n.is("Pad") ? 0 : 1;
    return counts && std::all_of(counts->begin(), counts->end(),
                                 [&](std::int64_t c) { return c == neutral; });
  }
  return is_identity_transpose(n) || is_whole_slice(n);
}

bool is_trivial(const Node& n) {
  if (n.is("Identity") || is_inference_dropout(n)) return true;
  if (n.is("Cast") || n.is("CastLike")) {
    return n.input(0)->dtype().valid() && n.input(0)->dtype() == n.output()->dtype();
  }
  const bool variadic = n.is("Concat") || n.is("Sum") || n.is("Max") || n.is("Min") || n.is("Mean");
  if (variadic) return n.inputs().size() == 1;
  if (n.is("Clip")) return n.inputs().size() == 1;
  return moves_nothing(n) || adds_nothing(n);
}

/// Which input passes through.
Value* passed(const Node& n) {
  const bool either = n.is("Add") || n.is("Mul");
  if (!either || !n.input(0)->is_constant()) return n.input(0);
  const bool second =
      same_shape(n.input(1), n.output()) && constant_is(n.input(0), n.is("Add") ? 0 : 1);
  return second ? n.input(1) : n.input(0);
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  if (n.outputs().empty() || n.output() == nullptr || n.input(0) == nullptr) return not_mine();
  if (!is_trivial(n)) return not_mine();
  if (!passes::can_bypass(n, *passed(n))) {
    // Nothing less than an Identity can carry the output's name.
    return n.is("Identity") ? not_mine() : accept();
  }
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  Value* value = passed(n);
  if (!passes::can_bypass(n, *value)) {
    n.resize_outputs(1);
    passes::replace_node(n, {.op = "Identity", .inputs = {value}});
    return;
  }
  passes::bypass(n, value);
}

}  // namespace

/// Before: y = f(x) with y = x: Identity, Dropout when not training, Cast to the same type, x + 0,
/// x - 0, x * 1, x / 1, x ^ 1, Reshape, Flatten, Squeeze, Unsqueeze, Expand and Split to the same
/// shape, Transpose, Pad, Slice and Tile that change nothing, Concat, Sum, Max, Min, Mean of one
/// After: readers of y read x      Refuses: nothing: a shape that is not known is no match.
/// Keeps: output names: between an input and an output stays one Identity; x + 0 may lose the sign
/// of a zero.
PassDef pass_remove_no_ops() {
  return {.name = "remove_no_ops",
          .what = "drops nodes that give back what they get",
          .stage = 14,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
