#include "compress/projected_gradients.hpp"

#include "autodiff/gradients.hpp"
#include "ir/infer.hpp"

namespace pare {

void make_projected_gradients(Graph& graph, const OpRegistry& ops, const std::vector<Value*>& wrt) {
  const auto node = [&](const std::string& op, std::vector<Value*> inputs, Attributes a = {}) {
    return graph.add_node({.op = op, .inputs = std::move(inputs), .attributes = std::move(a)})
        ->output();
  };
  Value* loss = nullptr;
  const std::vector<Value*> outputs = graph.outputs();
  for (Value* y : outputs) {
    if (!y->dtype().is_float()) continue;
    Value* wide = y->dtype() == ElementKind::f32
                      ? y
                      : node("Cast", {y}, {{"to", std::int64_t{1}}});  // ONNX: 1 = float32
    Value* r = graph.add_input(graph.unique_name(y->name() + "_signs"),
                               ValueType(dtype_of(ElementKind::f32), y->type().shape));
    Value* sum = node("ReduceSum", {node("Mul", {wide, r})}, {{"keepdims", std::int64_t{0}}});
    loss = loss == nullptr ? sum : node("Add", {loss, sum});
  }
  if (loss == nullptr) throw Error(Fault::unsupported, "the model has no float output");
  infer_shapes(graph, ops);
  const std::vector<Value*> slopes = gradients(graph, ops, loss, wrt);
  while (!graph.outputs().empty()) graph.erase_output(graph.outputs().size() - 1);
  for (Value* slope : slopes) graph.add_output(slope);
  graph.remove_unused();
  infer_shapes(graph, ops);
}

Tensor random_signs(const Shape& shape, Rng& rng) {
  Tensor t(ElementKind::f32, shape);
  for (float& x : t.mutable_data<float>()) x = (rng.next() & 1U) != 0 ? 1.0F : -1.0F;
  return t;
}

}  // namespace pare
