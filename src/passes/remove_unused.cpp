#include "passes/_rewrite.hpp"

namespace pare {
namespace {

std::size_t run(Graph& graph, PassContext& context) {
  const std::size_t removed = graph.remove_unused();
  if (removed > 0) {
    context.events->push_back({"remove_unused", cat(removed, " nodes"), Verdict::Kind::accept, {}});
  }
  return removed;
}

}  // namespace

/// Before: a node (or constant) whose results nobody reads      After: nothing
/// Refuses: nothing: nodes have no side effects by definition.
/// Keeps: graph inputs, also unread ones: they are the interface.
PassDef pass_remove_unused() {
  return {.name = "remove_unused",
          .what = "drops nodes and constants that no output depends on",
          .stage = 10,
          .run = run};
}

}  // namespace pare
