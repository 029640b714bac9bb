#include "runtime/simulate.hpp"

#include <algorithm>
#include <vector>

namespace pare {
namespace {

bool is_simulated(DType type) {
  using enum ElementKind;
  constexpr ElementKind kKinds[] = {f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz, i16, i4, i2};
  return type.valid() &&
         std::find(std::begin(kKinds), std::end(kKinds), type.kind()) != std::end(kKinds);
}

/// One constant scale above 0 in float32, and a zero point of 0.
bool has_plain_scale(const Node& node) {
  const Value* scale = node.input(1);
  if (scale == nullptr || !scale->is_constant() || scale->constant().size() != 1) return false;
  if (scale->dtype() != ElementKind::f32 || !(scale->constant().to_floats()[0] > 0)) return false;
  const Value* zero = node.input(2);
  if (zero == nullptr) return true;
  if (!zero->is_constant() || zero->constant().size() != 1) return false;
  return zero->constant().to_floats()[0] == 0.0F;
}

bool same_scale(const Node& q, const Node& dq) {
  return has_plain_scale(dq) &&
         q.input(1)->constant().to_floats()[0] == dq.input(1)->constant().to_floats()[0] &&
         dq.output()->dtype() == ElementKind::f32;
}

bool takes(const Node& q, const std::unordered_set<std::string>& keep) {
  if (!q.is("QuantizeLinear") || q.input(0)->is_constant()) return false;
  if (q.input(0)->dtype() != ElementKind::f32 || !is_simulated(q.output()->dtype())) return false;
  if (q.int_or("saturate", 1) != 1 || q.int_or("precision", 0) > 1 || !has_plain_scale(q)) {
    return false;
  }
  const Value& codes = *q.output();
  if (codes.is_graph_output() || codes.uses().empty() || keep.count(codes.name()) != 0) {
    return false;
  }
  return std::all_of(codes.uses().begin(), codes.uses().end(), [&](const Use& use) {
    return use.input == 0 && use.node->is("DequantizeLinear") && same_scale(q, *use.node) &&
           !use.node->output()->is_graph_output() && keep.count(use.node->output()->name()) == 0;
  });
}

}  // namespace

bool simulate_formats(Graph& graph, const std::unordered_set<std::string>& keep) {
  std::vector<Node*> found;
  for (Node* node : graph.nodes()) {
    if (takes(*node, keep)) found.push_back(node);
  }
  for (Node* q : found) {  // what is erased below is not among them
    Value* scale = graph.add_constant(q->input(1)->constant().reshaped({}), "scale");
    Value* y = graph
                   .add_node({.op = "FakeQuantize",
                              .inputs = {q->input(0), scale},
                              .attributes = {{"format", std::string(q->output()->dtype().name())}},
                              .domain = "pare",
                              .name = q->name(),
                              .output_names = {graph.unique_name(q->output()->name())}},
                             q)
                   ->output();
    const std::vector<Use> uses = q->output()->uses();
    for (const Use& use : uses) {
      graph.replace(use.node->output(), y);
      graph.erase(use.node);
    }
    graph.erase(q);
  }
  return !found.empty();
}

}  // namespace pare
