#include "runtime/prepare.hpp"

#include <algorithm>

#include "runtime/simulate.hpp"
#include "runtime/widen.hpp"

namespace pare {
namespace {

constexpr std::int64_t kMostFoldedElements = std::int64_t{1} << 26;

bool inputs_are_constant(const Node& node) {
  return std::all_of(node.inputs().begin(), node.inputs().end(),
                     [](const Value* v) { return v == nullptr || v->is_constant(); });
}

bool makes_tensors(const Node& node) {
  return std::all_of(node.outputs().begin(), node.outputs().end(), [](const Value* v) {
    return v == nullptr || v->type().kind == ValueType::Kind::tensor;
  });
}

bool small_enough(const Node& node) {
  std::int64_t total = 0;
  for (const Value* v : node.outputs()) {
    if (v == nullptr) continue;
    const auto shape = v->known_shape();
    if (!shape) return true;  // depends on data that is constant: no larger than its inputs allow
    total += element_count(*shape);
    if (total > kMostFoldedElements) return false;
  }
  return true;
}

bool is_decoder(const Node& node) {
  return node.is("DequantizeLinear") || node.is("pare", "DequantizeTable");
}

/// Scales that are stored in few bits themselves (NVFP4), for kernels that want to see them.
bool makes_scales(const Node& node) {
  const auto& uses = node.output()->uses();
  return std::all_of(uses.begin(), uses.end(),
                     [](const Use& use) { return is_decoder(*use.node) && use.input > 0; });
}

bool foldable(const Node& node, const OpRegistry& ops,
              const std::unordered_set<std::string>& keep) {
  if ((is_decoder(node) && !makes_scales(node)) || !node.subgraphs().empty()) return false;
  if (!ops.at(node).deterministic || !inputs_are_constant(node) || !makes_tensors(node) ||
      !small_enough(node)) {
    return false;
  }
  return std::none_of(node.outputs().begin(), node.outputs().end(),
                      [&](const Value* v) { return v != nullptr && keep.count(v->name()) != 0; });
}

void fold_node(Graph& graph, Node& node, const OpRegistry& ops) {
  std::vector<Tensor> inputs;
  for (const Value* v : node.inputs()) {
    inputs.push_back(v == nullptr ? Tensor() : v->constant());
  }
  const std::vector<Tensor> results = run_reference(node, ops, std::move(inputs));
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    Value* old = node.outputs()[i];
    if (old == nullptr || old->readers() == 0) continue;
    graph.replace(old, graph.add_constant(results.at(i), old->name()));
  }
}

/// The elements of a small integer tensor that shape arithmetic has determined.
bool fold_by_facts(Graph& graph, Value& value, const ValueFacts& facts) {
  if (!facts.elements || !facts.type.shape || value.readers() == 0) return false;
  const auto shape = to_numbers(*facts.type.shape);
  if (!shape || !value.dtype().is_integer()) return false;
  std::vector<std::int64_t> numbers;
  for (const Dim& d : *facts.elements) {
    if (!d.is_number()) return false;
    numbers.push_back(d.number());
  }
  if (element_count(*shape) != static_cast<std::int64_t>(numbers.size())) return false;
  const Tensor data = Tensor::of<std::int64_t>(*shape, numbers).cast(value.dtype());
  graph.replace(&value, graph.add_constant(data, value.name()));
  return true;
}

std::size_t fold_once(PlanGraph& plan, const OpRegistry& ops,
                      const std::unordered_set<std::string>& keep) {
  std::size_t changes = 0;
  for (Node* node : plan.graph->nodes()) {
    if (foldable(*node, ops, keep)) {
      fold_node(*plan.graph, *node, ops);
      ++changes;
      continue;
    }
    for (Value* v : node->outputs()) {
      if (v == nullptr || keep.count(v->name()) != 0) continue;
      const auto it = plan.facts.find(v);
      if (it != plan.facts.end() && fold_by_facts(*plan.graph, *v, it->second)) ++changes;
    }
  }
  plan.graph->remove_unused();
  return changes;
}

void collect_captures(const Graph& body, const Graph& outer, std::vector<const Value*>& found) {
  const auto add = [&](const Value* v) {
    if (v != nullptr && &v->graph() == &outer &&
        std::find(found.begin(), found.end(), v) == found.end()) {
      found.push_back(v);
    }
  };
  for (const Node* node : body.nodes()) {
    for (const Value* v : node->inputs()) add(v);
    for (const Graph* inner : node->subgraphs()) collect_captures(*inner, outer, found);
  }
  for (const Value* v : body.outputs()) add(v);
}

}  // namespace

PlanGraph prepare_graph(std::unique_ptr<Graph> graph, const OpRegistry& ops,
                        const std::map<std::string, Shape>& shapes,
                        const std::unordered_set<std::string>& keep, bool widen) {
  constexpr int kMostRounds = 8;
  PlanGraph plan;
  plan.graph = std::move(graph);
  bind_input_shapes(*plan.graph, shapes);
  plan.facts = infer_shapes(*plan.graph, ops);
  if (widen && widen_halves(*plan.graph, plan.bf16)) plan.facts = infer_shapes(*plan.graph, ops);
  if (widen && simulate_formats(*plan.graph, keep)) plan.facts = infer_shapes(*plan.graph, ops);
  for (int round = 0; round < kMostRounds && fold_once(plan, ops, keep) > 0; ++round) {
    plan.facts = infer_shapes(*plan.graph, ops);
  }
  return plan;
}

std::vector<const Value*> captured_values(const Node& node, const Graph& outer) {
  std::vector<const Value*> found;
  for (const Graph* body : node.subgraphs()) collect_captures(*body, outer, found);
  return found;
}

}  // namespace pare
