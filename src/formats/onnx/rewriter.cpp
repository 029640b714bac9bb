#include "formats/onnx/rewriter.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace pare::onnx {

std::string Rewriter::hint(std::string_view what) const {
  for (const Value* output : node_->outputs()) {
    if (output != nullptr) return cat(output->name(), "_", what);
  }
  return std::string(what);
}

Value* Rewriter::constant(Tensor data, std::string_view what) {
  return node_->graph().add_constant(std::move(data), hint(what));
}

Value* Rewriter::ints(const std::vector<std::int64_t>& values, std::string_view what) {
  const Shape shape = {static_cast<std::int64_t>(values.size())};
  return constant(Tensor::of<std::int64_t>(shape, values), what);
}

Value* Rewriter::scalar(double value, Value* like, std::string_view what) {
  const DType type = types_->dtype(like);
  if (type.valid()) return constant(Tensor::scalar<double>(value).cast(type), what);
  Value* plain = constant(Tensor::scalar<float>(static_cast<float>(value)), what);
  return add("CastLike", {plain, like});
}

Value* Rewriter::add(std::string op, std::vector<Value*> inputs, Attributes attributes) {
  NodeSpec spec;
  spec.op = std::move(op);
  spec.inputs = std::move(inputs);
  spec.attributes = std::move(attributes);
  spec.output_names = {node_->graph().unique_name(hint(lower(spec.op)))};
  Node* made = node_->graph().add_node(std::move(spec), node_);
  added_.push_back(made);
  types_->learn(*made);
  return made->output();
}

void Rewriter::become(std::string op, const std::vector<Value*>& inputs,
                      const Attributes& attributes) {
  if (node_->outputs().size() != 1) {
    throw Error(Fault::corrupt,
                cat(node_->label(), " has ", node_->outputs().size(), " outputs, wanted one"));
  }
  while (!node_->attributes().empty()) node_->erase_attribute(node_->attributes().begin()->first);
  node_->set_op("", std::move(op));
  node_->set_inputs(std::vector<Value*>(inputs));  // may be the node's own list
  for (const auto& [name, value] : attributes) node_->set_attribute(name, value);
}

Value* Rewriter::convert_output(std::size_t i, std::string op, const std::vector<Value*>& more,
                                Attributes attributes) {
  Graph& graph = node_->graph();
  Value* from = node_->output(i);
  const std::vector<Node*> order = graph.nodes();
  const auto place = std::find(order.begin(), order.end(), node_);
  Node* next = std::next(place) == order.end() ? nullptr : *std::next(place);
  NodeSpec spec;
  spec.op = std::move(op);
  spec.inputs = {from};
  spec.inputs.insert(spec.inputs.end(), more.begin(), more.end());
  spec.attributes = std::move(attributes);
  Node* made = graph.add_node(std::move(spec), next);
  added_.push_back(made);
  Value* to = made->output();
  to->set_type(from->type());
  const std::string name = from->name();
  graph.replace(from, to);
  if (to->name() != name) {  // no output of the graph: replace() leaves names alone
    graph.rename(from, graph.unique_name(name + "_old"));
    graph.rename(to, name);
  }
  return to;
}

bool has_unread(const Graph& graph) {
  const auto constants = graph.constants();
  const auto unread = [](const Value* value) { return value == nullptr || value->readers() == 0; };
  if (std::any_of(constants.begin(), constants.end(), unread)) return true;
  for (const Node* node : graph.nodes()) {
    if (std::all_of(node->outputs().begin(), node->outputs().end(), unread)) return true;
    for (const Graph* body : node->subgraphs()) {
      if (has_unread(*body)) return true;
    }
  }
  return false;
}

bool is_read(const Node& node, std::size_t i) {
  return node.output(i) != nullptr && node.output(i)->readers() > 0;
}

std::optional<std::int64_t> from_front(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) return std::nullopt;
  return axis < 0 ? axis + size : axis;
}

Refusal constant_as_tensor(Rewriter& r) {
  const Node& node = r.node();
  Tensor value;
  if (const auto* i = node.attribute_as<std::int64_t>("value_int")) value = Tensor::scalar(*i);
  if (const auto* f = node.attribute_as<float>("value_float")) value = Tensor::scalar(*f);
  if (const auto* s = node.attribute_as<std::string>("value_string")) value = Tensor::scalar(*s);
  const auto vector = [&](const auto* list) {
    if (list != nullptr) value = Tensor::of({static_cast<std::int64_t>(list->size())}, *list);
  };
  vector(node.attribute_as<std::vector<std::int64_t>>("value_ints"));
  vector(node.attribute_as<std::vector<float>>("value_floats"));
  vector(node.attribute_as<std::vector<std::string>>("value_strings"));
  if (value.valid()) r.become("Constant", {}, {{"value", value}});
  return kDone;
}

void throw_unsupported(const std::string& what, const std::vector<std::string>& problems) {
  constexpr std::size_t kMost = 20;
  std::string message = what;
  for (std::size_t i = 0; i < std::min(kMost, problems.size()); ++i) {
    message += cat(i == 0 ? ": " : "; ", problems[i]);
  }
  if (problems.size() > kMost) message += cat("; and ", problems.size() - kMost, " more");
  throw Error(Fault::unsupported, message);
}

}  // namespace pare::onnx
