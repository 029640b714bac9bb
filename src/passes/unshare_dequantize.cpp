#include "passes/_rewrite.hpp"

namespace pare {
namespace {

Verdict match(const Node& n, const PassContext& /*context*/) {
  if (!n.is("DequantizeLinear") || n.output() == nullptr) return not_mine();
  if (n.output()->uses().size() < 2) return not_mine();
  for (const Use& use : n.output()->uses()) {
    if (&use.node->graph() != &n.graph()) return refuse("a body reads the value");
  }
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  Graph& graph = n.graph();
  const auto uses = n.output()->uses();
  for (std::size_t i = 1; i < uses.size(); ++i) {
    Node* copy = graph.add_node({.op = n.op(),
                                 .inputs = n.inputs(),
                                 .attributes = n.attributes(),
                                 .name = n.name().empty() ? "" : cat(n.name(), "_", i),
                                 .output_names = {graph.unique_name(n.output()->name())}},
                                &n);
    copy->metadata() = n.metadata();
    copy->output()->set_type(n.output()->type());
    graph.replace_use(uses[i], copy->output());
  }
}

}  // namespace

/// Before: several inputs read y = DequantizeLinear(q, s, z)      After: each reads its own
/// Refuses: readers inside bodies of control flow.
/// Keeps: every bit. Off by default: for runtimes that look for DequantizeLinear with one reader.
PassDef pass_unshare_dequantize() {
  return {.name = "unshare_dequantize",
          .what = "gives every reader its own DequantizeLinear",
          .stage = 90,
          .by_default = false,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
