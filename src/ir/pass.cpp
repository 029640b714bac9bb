#include "ir/pass.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

namespace pare {
namespace {

std::size_t count_nodes(const Graph& graph) {
  std::size_t count = graph.node_count();
  for (const Node* node : graph.nodes()) {
    for (const Graph* body : node->subgraphs()) count += count_nodes(*body);
  }
  return count;
}

class Runner {
 public:
  Runner(PassContext& context, std::vector<PassEvent>& accepted)
      : context_(context), accepted_(accepted) {}

  std::size_t apply(const PassDef& pass, Graph& graph) {
    require((pass.run != nullptr) != (pass.match != nullptr && pass.rewrite != nullptr),
            cat("pass ", pass.name, " needs either run, or match and rewrite"));
    std::size_t changes = pass.run != nullptr ? run_whole(pass, graph) : run_nodes(pass, graph);
    if (changes > 0) {
      graph.sort();
      graph.remove_unused();
    }
    for (Node* node : graph.nodes()) {
      for (Graph* body : node->subgraphs()) changes += apply(pass, *body);
    }
    return changes;
  }

  void begin_round() { refused_.clear(); }
  [[nodiscard]] const std::vector<PassEvent>& refused() const { return refused_; }

 private:
  std::size_t run_whole(const PassDef& pass, Graph& graph) {
    std::vector<PassEvent> events;
    context_.events = &events;
    const std::size_t changes = during([&] { return cat("in pass ", pass.name); },
                                       [&] { return pass.run(graph, context_); });
    context_.events = nullptr;
    for (PassEvent& event : events) {
      auto& list = event.kind == Verdict::Kind::refuse ? refused_ : accepted_;
      list.push_back(std::move(event));
    }
    return changes;
  }

  std::size_t run_nodes(const PassDef& pass, Graph& graph) {
    std::size_t changes = 0;
    const std::vector<Node*> before = graph.nodes();
    std::unordered_set<const Node*> alive(before.begin(), before.end());
    for (Node* node : before) {
      if (alive.count(node) == 0) continue;
      Verdict verdict = pass.match(*node, context_);
      if (verdict.kind == Verdict::Kind::not_mine) continue;
      PassEvent event{std::string(pass.name), node->label(), verdict.kind,
                      std::move(verdict.reason)};
      if (verdict.kind == Verdict::Kind::refuse) {
        refused_.push_back(std::move(event));
        continue;
      }
      during([&] { return cat("in pass ", pass.name, " at ", event.node); },
             [&] { pass.rewrite(*node, context_); });
      accepted_.push_back(std::move(event));
      ++changes;
      // The rewrite may have erased nodes that are still in the list.
      const std::vector<Node*> now = graph.nodes();
      alive = {now.begin(), now.end()};
    }
    return changes;
  }

  PassContext& context_;
  std::vector<PassEvent>& accepted_;
  std::vector<PassEvent> refused_;
};

}  // namespace

PassReport run_passes(Graph& graph, const std::vector<PassDef>& passes, PassContext context,
                      int most_rounds) {
  std::vector<PassDef> order = passes;
  std::stable_sort(order.begin(), order.end(), [](const PassDef& a, const PassDef& b) {
    return std::tie(a.stage, a.name) < std::tie(b.stage, b.name);
  });
  PassReport report;
  report.nodes_before = count_nodes(graph);
  std::vector<PassEvent>* caller_events = context.events;
  Runner runner(context, report.events);
  while (report.rounds < most_rounds) {
    infer_shapes(graph, context.ops);
    runner.begin_round();
    ++report.rounds;
    std::size_t changes = 0;
    for (const PassDef& pass : order) changes += runner.apply(pass, graph);
    if (changes == 0) break;
  }
  infer_shapes(graph, context.ops);
  report.nodes_after = count_nodes(graph);
  // Only refusals of the last round are final: earlier ones may have been overcome.
  report.events.insert(report.events.end(), runner.refused().begin(), runner.refused().end());
  if (caller_events != nullptr) {
    caller_events->insert(caller_events->end(), report.events.begin(), report.events.end());
  }
  return report;
}

}  // namespace pare
