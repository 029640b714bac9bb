#include "runtime/kernel.hpp"

namespace pare {

bool layouts_agree(const Shape& shape) {
  if (shape.size() < 3 || shape.size() > 5) return true;
  std::int64_t spatial = 1;
  for (std::size_t i = 2; i < shape.size(); ++i) spatial *= shape[i];
  return spatial == 1 || shape[1] == 1;
}

const Tensor* PlanFacts::constant(const Value* value) {
  if (value == nullptr) return nullptr;
  if (value->is_constant()) return &value->constant();
  const auto it = folded_.find(value);
  if (it != folded_.end()) return &it->second;
  const Node* node = value->producer();
  if (node == nullptr) return nullptr;
  const bool decodes = node->is("DequantizeLinear") || node->is("pare", "DequantizeTable");
  if (!decodes && !node->is("Reshape") && !node->is("Add")) return nullptr;
  std::vector<Tensor> inputs;
  for (const Value* v : node->inputs()) {
    const Tensor* data = v == nullptr || v->is_constant() || !decodes ? constant(v) : nullptr;
    if (v != nullptr && data == nullptr) return nullptr;
    inputs.push_back(data == nullptr ? Tensor() : *data);
  }
  std::vector<Tensor> results = run_reference(*node, ops, std::move(inputs));
  return &folded_.emplace(value, std::move(results.at(0))).first->second;
}

Tensor PlanFacts::float_constant(const Value* value) {
  const Tensor* data = constant(value);
  if (data == nullptr) throw Error(Fault::internal, "float_constant: not a constant");
  return data->kind() == ElementKind::f32 ? *data : data->cast(dtype_of(ElementKind::f32));
}

AttributeReader PlanFacts::attributes(const Node& node) const {
  return AttributeReader(node, ops.at(node));
}

Layout PlanFacts::preferred_layout(const Unit& unit) const {
  if (forced_layout) return *forced_layout;
  for (const Value* v : unit.inputs) {
    if (v == nullptr || !has_layout) continue;
    if (has_layout(v, Layout::channels_last) && !has_layout(v, Layout::plain)) {
      return Layout::channels_last;
    }
  }
  return Layout::plain;
}

Shape shape_of(const Value& value) {
  auto shape = value.known_shape();
  require(shape.has_value(), "a kernel was asked about an unknown shape");
  return std::move(*shape);
}

std::int64_t elements_of(const Value& value) { return element_count(shape_of(value)); }

}  // namespace pare
