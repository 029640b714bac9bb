#include "runtime/release.hpp"

#include <algorithm>

namespace pare {
namespace {

/// Nodes between a constant and its reader, such as DequantizeLinear, Cast, Transpose. Constants
/// behind longer chains stay.
constexpr int kDeepest = 4;

}  // namespace

ConstantRelease::ConstantRelease(const Graph& graph, PlanFacts& facts, std::size_t least_bytes)
    : facts_(facts), least_bytes_(least_bytes) {
  if (least_bytes_ == SIZE_MAX) return;
  for (const Node* node : graph.nodes()) {
    const bool all = std::all_of(node->inputs().begin(), node->inputs().end(), [&](const Value* v) {
      return v == nullptr || v->is_constant() || of_constants_.count(v->producer()) != 0;
    });
    if (all) of_constants_.insert(node);
  }
}

void ConstantRelease::planned(const Unit& unit) {
  if (least_bytes_ == SIZE_MAX) return;
  done_.insert(unit.covers.begin(), unit.covers.end());
  for (const Node* node : unit.covers) visit(*node, kDeepest);
}

bool ConstantRelease::is_spent(const Node& node, int depth) const {
  if (done_.count(&node) == 0) return false;
  if (of_constants_.count(&node) == 0) return true;
  return depth > 0 &&
         std::all_of(node.outputs().begin(), node.outputs().end(),
                     [&](const Value* v) { return v == nullptr || is_spent(*v, depth - 1); });
}

bool ConstantRelease::is_spent(const Value& value, int depth) const {
  const auto& uses = value.uses();
  return !value.is_graph_output() && std::all_of(uses.begin(), uses.end(), [&](const Use& use) {
    return is_spent(*use.node, depth);
  });
}

void ConstantRelease::visit(const Node& node, int depth) {
  for (Value* v : node.inputs()) {
    if (v == nullptr) continue;
    if (v->producer() != nullptr) {
      if (of_constants_.count(v->producer()) == 0) continue;
      if (depth > 0) visit(*v->producer(), depth - 1);
      if (is_spent(*v, kDeepest)) facts_.forget(v);
      continue;
    }
    if (!v->is_constant() || v->constant().bytes().size() < least_bytes_) continue;
    if (is_spent(*v, kDeepest)) v->forget_constant();
  }
}

}  // namespace pare
