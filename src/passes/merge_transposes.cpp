#include <algorithm>

#include "passes/_permutation.hpp"
#include "passes/_rewrite.hpp"

namespace pare {
namespace {

Verdict match(const Node& n, const PassContext& /*context*/) {
  const Node* inner = passes::made_by(n.input(0), "Transpose");
  if (!n.is("Transpose") || inner == nullptr || &inner->graph() != &n.graph()) return not_mine();
  const auto first = passes::permutation_of(*inner);
  const auto second = passes::permutation_of(n);
  if (!first || !second || first->size() != second->size()) {
    return refuse("a permutation is not known");
  }
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  const Node* inner = n.input(0)->producer();
  const auto perm = passes::chained(*passes::permutation_of(*inner), *passes::permutation_of(n));
  passes::replace_node(
      n, {.op = "Transpose", .inputs = {inner->input(0)}, .attributes = {{"perm", perm}}});
}

}  // namespace

/// Before: z = Transpose(Transpose(x, p), q)      After: z = Transpose(x, q of p)
/// Refuses: permutations that are not given while the rank is unknown.
/// Keeps: the inner result where others read it; every bit. remove_no_ops drops what cancels.
PassDef pass_merge_transposes() {
  return {.name = "merge_transposes",
          .what = "makes one Transpose of several in a row",
          .stage = 20,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
