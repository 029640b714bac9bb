#include "passes/_rewrite.hpp"

namespace pare {
namespace {

bool keeps_order(const Node* n) {
  return n != nullptr &&
         (n->is("Reshape") || n->is("Flatten") || n->is("Squeeze") || n->is("Unsqueeze"));
}

/// The shape input of a Reshape from `in` to `out`; nullopt when ONNX cannot write it down.
std::optional<std::vector<std::int64_t>> reshape_target(const SymShape& out, const SymShape* in) {
  std::vector<std::int64_t> target;
  bool inferred = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].is(0)) return std::nullopt;
    if (out[i].is_number()) {
      target.push_back(out[i].number());
    } else if (in != nullptr && i < in->size() && out[i] == (*in)[i]) {
      target.push_back(0);
    } else if (!inferred) {
      inferred = true;
      target.push_back(-1);
    } else {
      return std::nullopt;
    }
  }
  return target;
}

std::optional<std::vector<std::int64_t>> target_of(const Node& n) {
  const SymShape* out = passes::shape_of(n.output());
  if (out == nullptr) return std::nullopt;
  return reshape_target(*out, passes::shape_of(n.input(0)->producer()->input(0)));
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  if (!keeps_order(&n) || n.input(0) == nullptr || !keeps_order(n.input(0)->producer())) {
    return not_mine();
  }
  if (&n.input(0)->graph() != &n.graph()) return not_mine();
  if (!target_of(n)) return refuse("the shape has more than one size that is not known");
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  const auto target = *target_of(n);
  Value* source = n.input(0)->producer()->input(0);
  Value* shape = passes::ints_constant(n.graph(), target, n.output()->name() + "_shape");
  passes::replace_node(n, {.op = "Reshape", .inputs = {source, shape}});
}

}  // namespace

/// Before: z = reshape(reshape(x)), each a Reshape, Flatten, Squeeze or Unsqueeze
/// After: z = Reshape(x, shape of z)
/// Refuses: z with two or more sizes that neither are numbers nor stand in the same place in x.
/// Keeps: the inner result where others read it; every bit.
PassDef pass_merge_reshapes() {
  return {.name = "merge_reshapes",
          .what = "makes one Reshape of several in a row",
          .stage = 20,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
