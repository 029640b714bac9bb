#include "passes/_rewrite.hpp"

#include <algorithm>
#include <cmath>

namespace pare::passes {

Node* made_by(const Value* value, std::string_view op) {
  if (value == nullptr || value->producer() == nullptr) return nullptr;
  return value->producer()->is(op) ? value->producer() : nullptr;
}

bool has_one_reader(const Value& value) { return value.readers() == 1 && value.uses().size() == 1; }

Node* only_reader(const Value& value) {
  return has_one_reader(value) ? value.uses().front().node : nullptr;
}

const SymShape* shape_of(const Value* value) {
  return value != nullptr && value->type().shape ? &*value->type().shape : nullptr;
}

bool same_shape(const Value* a, const Value* b) {
  const SymShape* x = shape_of(a);
  const SymShape* y = shape_of(b);
  return x != nullptr && y != nullptr && *x == *y;
}

bool is_float(const Value* value) { return value != nullptr && value->dtype().is_float(); }

std::optional<double> scalar_beside(const Value* constant, const Value* beside) {
  if (constant == nullptr || !constant->is_constant()) return std::nullopt;
  const Tensor& data = constant->constant();
  if (data.size() != 1 || (!data.type().is_float() && !data.type().is_integer())) {
    return std::nullopt;
  }
  const SymShape* other = shape_of(beside);
  if (data.rank() > (other != nullptr ? other->size() : 0)) return std::nullopt;
  return data.to_doubles().front();
}

std::optional<std::vector<std::int64_t>> integers(const Value* constant) {
  if (constant == nullptr || !constant->is_constant()) return std::nullopt;
  if (!constant->constant().type().is_integer()) return std::nullopt;
  return constant->constant().to_ints();
}

bool all_equal(const Tensor& data, double value) {
  const auto values = data.to_doubles();
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == value; });
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-4 * std::abs(b); }

Tensor tensor_of(DType type, const Shape& shape, const std::vector<double>& values) {
  return Tensor::of<double>(shape, values).cast(type);
}

Value* ints_constant(Graph& graph, const std::vector<std::int64_t>& values, std::string_view hint) {
  const Shape shape = {static_cast<std::int64_t>(values.size())};
  return graph.add_constant(Tensor::of<std::int64_t>(shape, values), hint);
}

void set_constant_input(Node& node, std::size_t i, Tensor data) {
  Value* old = node.input(i);
  if (old->readers() == 1) {
    old->set_constant(std::move(data));
  } else {
    node.set_input(i, node.graph().add_constant(std::move(data), old->name()));
  }
}

Node* replace_node(Node& old, NodeSpec spec) {
  Graph& graph = old.graph();
  spec.name = old.name();
  spec.output_names.assign(old.outputs().size(), "");
  Node* made = graph.add_node(std::move(spec), &old);
  made->metadata() = old.metadata();
  for (std::size_t i = 0; i < old.outputs().size(); ++i) {
    Value* from = old.output(i);
    if (from == nullptr) {
      made->omit_output(i);
      continue;
    }
    const std::string name = from->name();
    made->output(i)->set_type(from->type());
    graph.replace(from, made->output(i));
    if (made->output(i)->name() == name) continue;  // a graph output: replace() moved the name
    graph.rename(from, graph.unique_name(name + "_old"));
    graph.rename(made->output(i), name);
  }
  graph.erase(&old);
  return made;
}

void bypass(Node& node, Value* value) {
  Graph& graph = node.graph();
  Value* from = node.output();
  // What was learnt about the result holds for the value that now stands for it.
  if (value->dtype() == from->dtype() && !value->type().shape) value->set_type(from->type());
  graph.replace(from, value);
  graph.erase(&node);
}

bool can_bypass(const Node& node, const Value& value) {
  const Value* out = node.output();
  if (!out->is_graph_output()) return true;
  return &value.graph() == &node.graph() && value.producer() != nullptr && !value.is_graph_output();
}

std::optional<Product> product_of(Value* value) {
  Product product;
  std::vector<Value*> open = {value};
  constexpr std::size_t kMostFactors = 8;
  while (!open.empty()) {
    Value* v = open.back();
    open.pop_back();
    Node* node = v->producer();
    const bool mine = v == value || has_one_reader(*v);
    if (node != nullptr && mine && node->is("Mul")) {
      const auto scaled =
          operands(*node, [&](Value* c) { return scalar_beside(c, v).has_value(); });
      if (scaled) {
        product.factor *= *scalar_beside(scaled->first, v);
        open.push_back(scaled->second);
      } else {
        open.push_back(node->input(0));
        open.push_back(node->input(1));
      }
    } else if (node != nullptr && mine && node->is("Div") && scalar_beside(node->input(1), v)) {
      product.factor /= *scalar_beside(node->input(1), v);
      open.push_back(node->input(0));
    } else {
      product.values.push_back(v);
    }
    if (product.values.size() + open.size() > kMostFactors) return std::nullopt;
  }
  return product;
}

Value* other_factor(const Product& product, const Value* x) {
  if (product.values.size() != 2) return nullptr;
  if (product.values[0] == x) return product.values[1];
  return product.values[1] == x ? product.values[0] : nullptr;
}

Value* plus_constant(const Value* value, double constant) {
  const Node* add = made_by(value, "Add");
  if (add == nullptr || !has_one_reader(*value)) return nullptr;
  const auto found = operands(*add, [&](Value* c) {
    const auto number = scalar_beside(c, value);
    return number && near(*number, constant);
  });
  return found ? found->second : nullptr;
}

}  // namespace pare::passes
