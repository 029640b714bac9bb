#include "runtime/widen.hpp"

#include <algorithm>

namespace pare {
namespace {

bool is_half(DType type) {
  return type.valid() && (type.kind() == ElementKind::f16 || type.kind() == ElementKind::bf16);
}

bool has_half(const std::vector<Value*>& values) {
  return std::any_of(values.begin(), values.end(),
                     [](const Value* v) { return v != nullptr && is_half(v->dtype()); });
}

const std::int64_t kF32 = static_cast<std::int64_t>(ElementKind::f32);

bool is_half_code(std::int64_t code) {
  return code == static_cast<std::int64_t>(ElementKind::f16) ||
         code == static_cast<std::int64_t>(ElementKind::bf16);
}

/// Operators of this list have float results whose type follows from their inputs alone.
bool follows_inputs(const Node& node) {
  constexpr std::string_view kStated[] = {
      "CastLike",         "Constant",        "EyeLike",       "RandomNormal",
      "RandomNormalLike", "Multinomial",     "RandomUniform", "RandomUniformLike",
      "Bernoulli",        "BitCast",         "HannWindow",    "HammingWindow",
      "BlackmanWindow",   "MelWeightMatrix", "SequenceEmpty", "ConstantOfShape"};
  return node.domain().empty() &&
         std::find(std::begin(kStated), std::end(kStated), node.op()) == std::end(kStated);
}

bool can_widen(const Graph& graph) {
  bool any = false;
  for (const Node* node : graph.nodes()) {
    if (!node->subgraphs().empty()) return false;
    const bool half = has_half(node->inputs()) || has_half(node->outputs());
    any = any || half;
    if (half && !follows_inputs(*node)) return false;
  }
  return any;
}

Value* cast(Graph& graph, Value* from, ElementKind to, Node* before) {
  return graph
      .add_node({.op = "Cast",
                 .inputs = {from},
                 .attributes = {{"to", static_cast<std::int64_t>(to)}},
                 .output_names = {graph.unique_name(from->name())}},
                before)
      ->output();
}

void widen_inputs(Graph& graph) {
  const std::vector<Node*> nodes = graph.nodes();
  for (Value* input : std::vector<Value*>(graph.inputs())) {
    if (!is_half(input->dtype()) || input->uses().empty()) continue;
    const std::vector<Use> uses = input->uses();
    Value* wide = cast(graph, input, ElementKind::f32, nodes.front());
    for (const Use& use : uses) graph.replace_use(use, wide);
  }
}

void widen_constants(Graph& graph) {
  for (Value* c : graph.constants()) {
    if (!is_half(c->dtype()) || c->uses().empty()) continue;
    Value* wide = graph.add_constant(c->constant().cast(dtype_of(ElementKind::f32)), c->name());
    for (const Use& use : std::vector<Use>(c->uses())) graph.replace_use(use, wide);
  }
}

void widen_node(Node& node) {
  const auto redirect = [&](std::string_view name) {
    const auto* code = node.attribute_as<std::int64_t>(name);
    if (code != nullptr && is_half_code(*code)) node.set_attribute(std::string(name), kF32);
  };
  if (node.is("Cast")) redirect("to");
  redirect("output_dtype");
  redirect("precision");
  redirect("stash_type");
  for (Value* v : node.outputs()) {
    if (v == nullptr || !is_half(v->dtype())) continue;
    ValueType type = v->type();
    type.dtype = dtype_of(ElementKind::f32);
    v->set_type(std::move(type));
  }
}

}  // namespace

bool widen_halves(Graph& graph, std::unordered_set<const Node*>& bf16) {
  if (!can_widen(graph)) return false;
  for (const Node* node : graph.nodes()) {
    const Value* y = node->outputs().empty() ? nullptr : node->outputs()[0];
    if (y != nullptr && y->dtype().valid() && y->dtype().kind() == ElementKind::bf16) {
      bf16.insert(node);
    }
  }
  std::vector<ElementKind> wanted;
  for (const Value* v : graph.outputs()) wanted.push_back(v->dtype().kind());
  const std::vector<Node*> nodes = graph.nodes();
  widen_inputs(graph);
  widen_constants(graph);
  for (Node* node : nodes) widen_node(*node);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    Value* v = graph.outputs()[i];
    if (v->producer() == nullptr || v->dtype() == wanted[i]) continue;
    graph.set_output(i, cast(graph, v, wanted[i], nullptr));
  }
  return true;
}

}  // namespace pare
