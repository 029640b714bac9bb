#include "ir/backward.hpp"

#include <algorithm>

#include "ir/gradient.hpp"

namespace pare {
namespace {

using ValueSet = std::unordered_set<const Value*>;

/// Everything a node reads, also inside its bodies.
void collect_inputs(const Node& node, std::vector<Value*>& all) {
  for (Value* v : node.inputs()) {
    if (v != nullptr) all.push_back(v);
  }
  for (const Graph* body : node.subgraphs()) {
    for (const Node* inner : body->nodes()) collect_inputs(*inner, all);
    for (Value* v : body->outputs()) all.push_back(v);
  }
}

bool any_of(const std::vector<Value*>& values, const ValueSet& set) {
  return std::any_of(values.begin(), values.end(),
                     [&](const Value* v) { return v != nullptr && set.count(v) != 0; });
}

/// Gradients flow through real tensors; a type that is not known might be one.
bool may_flow(const Value* v) {
  return v->type().kind != ValueType::Kind::tensor || !v->dtype().valid() ||
         is_differentiable(v->dtype());
}

}  // namespace

Way way_between(const std::vector<Node*>& nodes, const std::vector<Value*>& from,
                const std::vector<Value*>& to) {
  Way way;
  way.depends.insert(from.begin(), from.end());
  std::vector<Node*> ahead;
  for (Node* node : nodes) {
    std::vector<Value*> inputs;
    collect_inputs(*node, inputs);
    if (!any_of(inputs, way.depends)) continue;
    bool flows = false;
    for (const Value* v : node->outputs()) {
      if (v == nullptr || !may_flow(v)) continue;
      way.depends.insert(v);
      flows = true;
    }
    if (flows) ahead.push_back(node);
  }
  ValueSet reaches(to.begin(), to.end());
  for (std::size_t i = ahead.size(); i-- > 0;) {
    if (!any_of(ahead[i]->outputs(), reaches)) continue;
    way.nodes.push_back(ahead[i]);
    std::vector<Value*> inputs;
    collect_inputs(*ahead[i], inputs);
    for (const Value* v : inputs) {
      if (may_flow(v)) reaches.insert(v);
    }
  }
  std::reverse(way.nodes.begin(), way.nodes.end());
  return way;
}

std::vector<std::string> without_gradient(const Way& way, const OpRegistry& ops) {
  std::vector<std::string> lacking;
  for (const Node* node : way.nodes) {
    const OpDef* def = ops.find(*node);
    if (def == nullptr || def->gradient == nullptr) lacking.push_back(node->label());
  }
  return lacking;
}

Value* Backward::total(const Value* v) {
  const auto it = parts_.find(v);
  if (it == parts_.end()) return nullptr;
  std::vector<Value*>& parts = it->second;
  if (parts.size() > 1) {
    Value* sum = parts.size() == 2 ? build_.add(parts[0], parts[1]) : build_.op("Sum", parts);
    parts = {sum};
  }
  return parts.front();
}

void Backward::run(const Way& way) {
  for (std::size_t i = way.nodes.size(); i-- > 0;) through(*way.nodes[i], way);
}

void Backward::through(const Node& node, const Way& way) {
  std::vector<Value*> dy;
  for (const Value* v : node.outputs()) dy.push_back(v == nullptr ? nullptr : total(v));
  if (std::all_of(dy.begin(), dy.end(), [](const Value* v) { return v == nullptr; })) return;
  std::vector<bool> wants;
  for (const Value* v : node.inputs()) {
    wants.push_back(v != nullptr && way.depends.count(v) != 0 && may_flow(v));
  }
  const OpDef& def = ops_.at(node);
  GradientContext context(node, def, build_, std::move(dy), wants);
  during([&] { return cat("making the gradient of ", node.label()); },
         [&] { def.gradient(context); });
  for (std::size_t i = 0; i < wants.size(); ++i) {
    if (wants[i] && context.dx(i) != nullptr) flow_into(node.input(i), context.dx(i));
  }
}

}  // namespace pare
