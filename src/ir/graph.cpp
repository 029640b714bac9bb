#include "ir/graph.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/text.hpp"

namespace pare {

Attribute::Attribute() = default;
Attribute::Attribute(const Attribute& other) = default;
Attribute::Attribute(Attribute&& other) noexcept = default;
Attribute& Attribute::operator=(const Attribute& other) = default;
Attribute& Attribute::operator=(Attribute&& other) noexcept = default;
Attribute::~Attribute() = default;

Attributes::Attributes() = default;
Attributes::Attributes(std::initializer_list<value_type> list)
    : std::map<std::string, Attribute, std::less<>>(list) {}
Attributes::Attributes(const Attributes& other) = default;
Attributes::Attributes(Attributes&& other) noexcept = default;
Attributes& Attributes::operator=(const Attributes& other) = default;
Attributes& Attributes::operator=(Attributes&& other) noexcept = default;
Attributes::~Attributes() = default;

std::string ValueType::text() const {
  switch (kind) {
    case Kind::tensor: return cat(dtype.name(), shape ? to_string(*shape) : std::string("[...]"));
    case Kind::sequence: return cat("seq(", element ? element->text() : "?", ")");
    case Kind::optional: return cat("optional(", element ? element->text() : "?", ")");
    case Kind::map: return cat("map(", key.name(), ",", element ? element->text() : "?", ")");
  }
  return "?";
}

std::optional<Shape> Value::known_shape() const {
  if (!type_.shape) return std::nullopt;
  return to_numbers(*type_.shape);
}

const Tensor& Value::constant() const {
  require(constant_.valid(), cat("value '", name_, "' is not a constant"));
  return constant_;
}

void Value::set_constant(Tensor data) {
  require(producer_ == nullptr && !is_input_, "only constants may be given data");
  type_ = ValueType(data.type(), to_symbolic(data.shape()));
  constant_ = std::move(data);
}

void Node::set_op(std::string domain, std::string op) {
  domain_ = std::move(domain);
  op_ = std::move(op);
}

void Node::unlink_input(std::size_t i) {
  if (inputs_[i] == nullptr) return;
  auto& uses = inputs_[i]->uses_;
  uses.erase(std::find(uses.begin(), uses.end(), Use{this, i}));
  inputs_[i] = nullptr;
}

void Node::set_input(std::size_t i, Value* value) {
  if (i >= inputs_.size()) {
    if (value == nullptr) return;
    inputs_.resize(i + 1, nullptr);
  }
  unlink_input(i);
  inputs_[i] = value;
  if (value != nullptr) value->uses_.push_back({this, i});
  while (!inputs_.empty() && inputs_.back() == nullptr) inputs_.pop_back();
}

void Node::set_inputs(const std::vector<Value*>& values) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) unlink_input(i);
  inputs_.clear();
  for (std::size_t i = 0; i < values.size(); ++i) set_input(i, values[i]);
}

void Node::resize_outputs(std::size_t n) {
  while (outputs_.size() > n) {
    Value* last = outputs_.back();
    if (last != nullptr) {
      require(last->readers() == 0, "an output with readers cannot be dropped");
      graph_->drop_value(last);
    }
    outputs_.pop_back();
  }
}

void Node::omit_output(std::size_t i) {
  Value* value = outputs_.at(i);
  if (value == nullptr) return;
  require(value->readers() == 0, "an output with readers cannot be omitted");
  graph_->drop_value(value);
  outputs_[i] = nullptr;
}

const Attribute* Node::attribute(std::string_view name) const {
  const auto it = attributes_.find(name);
  return it == attributes_.end() ? nullptr : &it->second;
}

std::int64_t Node::int_or(std::string_view name, std::int64_t otherwise) const {
  const auto* v = attribute_as<std::int64_t>(name);
  return v != nullptr ? *v : otherwise;
}
float Node::float_or(std::string_view name, float otherwise) const {
  const auto* v = attribute_as<float>(name);
  return v != nullptr ? *v : otherwise;
}
std::string Node::string_or(std::string_view name, std::string_view otherwise) const {
  const auto* v = attribute_as<std::string>(name);
  return v != nullptr ? *v : std::string(otherwise);
}
std::vector<std::int64_t> Node::ints_or(std::string_view name,
                                        std::vector<std::int64_t> otherwise) const {
  const auto* v = attribute_as<std::vector<std::int64_t>>(name);
  if (v != nullptr) return *v;
  return otherwise;
}

void Node::set_attribute(std::string name, Attribute value) {
  attributes_.insert_or_assign(std::move(name), std::move(value));
}

void Node::erase_attribute(std::string_view name) {
  const auto it = attributes_.find(name);
  if (it != attributes_.end()) attributes_.erase(it);
}

std::vector<Graph*> Node::subgraphs() const {
  std::vector<Graph*> out;
  for (const auto& [name, attribute] : attributes_) {
    if (const auto* one = std::get_if<std::shared_ptr<Graph>>(&attribute)) {
      out.push_back(one->get());
    } else if (const auto* many = std::get_if<std::vector<std::shared_ptr<Graph>>>(&attribute)) {
      for (const auto& body : *many) out.push_back(body.get());
    }
  }
  return out;
}

std::string Node::label() const {
  const std::string full = domain_.empty() ? op_ : cat(domain_, "::", op_);
  std::string which = name_;
  if (which.empty()) {
    for (const Value* v : outputs_) {
      if (v != nullptr) {
        which = v->name();
        break;
      }
    }
  }
  return cat(escape_terminal(full, 80), " '", escape_terminal(which, 120), "'");
}

Graph::Graph() : used_names_(std::make_shared<std::unordered_map<std::string, std::size_t>>()) {}

Graph::~Graph() {
  // Bodies read values of the graphs around them: unlink before anything is freed.
  for (auto& node : nodes_) {
    for (std::size_t i = 0; i < node->inputs_.size(); ++i) node->unlink_input(i);
  }
  for (const auto& node : nodes_) node->attributes_.clear();
  for (Value* output : outputs_) {
    if (output->graph_ != this) --output->output_count_;
  }
  for (const auto& value : values_) {
    if (--(*used_names_)[value->name_] == 0) used_names_->erase(value->name_);
  }
}

std::shared_ptr<Graph> Graph::make_body(Graph& outer) {
  auto body = std::make_shared<Graph>();
  body->outer_ = &outer;
  body->used_names_ = outer.used_names_;
  return body;
}

void Graph::move_into(Graph& outer) {
  require(outer_ != nullptr && outer.used_names_ == used_names_, "a body moves within its model");
  outer_ = &outer;
}

Value* Graph::new_value(std::string name) {
  if (name.empty()) name = unique_name("v");
  if (find(name) != nullptr) {
    throw Error(Fault::corrupt, cat("the name '", escape_terminal(name), "' is given twice"));
  }
  values_.push_back(std::unique_ptr<Value>(new Value(this, std::move(name))));
  Value* value = values_.back().get();
  value->place_ = std::prev(values_.end());
  by_name_.emplace(value->name_, value);
  ++(*used_names_)[value->name_];
  return value;
}

void Graph::drop_value(Value* value) {
  by_name_.erase(value->name_);
  if (--(*used_names_)[value->name_] == 0) used_names_->erase(value->name_);
  values_.erase(value->place_);
}

Value* Graph::add_input(const std::string& name, ValueType type) {
  Value* value = new_value(name);
  value->type_ = std::move(type);
  value->is_input_ = true;
  inputs_.push_back(value);
  return value;
}

Value* Graph::add_constant(Tensor data, std::string_view hint) {
  Value* value = new_value(unique_name(hint.empty() ? "constant" : hint));
  value->set_constant(std::move(data));
  return value;
}

void Graph::add_output(Value* value) {
  require(value != nullptr, "a graph output needs a value");
  outputs_.push_back(value);
  ++value->output_count_;
}

void Graph::set_output(std::size_t i, Value* value) {
  --outputs_.at(i)->output_count_;
  outputs_[i] = value;
  ++value->output_count_;
}

void Graph::erase_input(Value* value) {
  require(value->is_input_ && value->readers() == 0, "only an unread graph input can go");
  inputs_.erase(std::find(inputs_.begin(), inputs_.end(), value));
  drop_value(value);
}

void Graph::erase_output(std::size_t i) {
  --outputs_.at(i)->output_count_;
  outputs_.erase(outputs_.begin() + static_cast<std::ptrdiff_t>(i));
}

std::vector<Value*> Graph::constants() const {
  std::vector<Value*> out;
  for (const auto& value : values_) {
    if (value->is_constant()) out.push_back(value.get());
  }
  return out;
}

Value* Graph::find(std::string_view name) const {
  const std::string key(name);
  for (const Graph* g = this; g != nullptr; g = g->outer_) {
    const auto it = g->by_name_.find(key);
    if (it != g->by_name_.end()) return it->second;
  }
  return nullptr;
}

void Graph::rename(Value* value, const std::string& name) {
  if (value->name_ == name) return;
  require(find(name) == nullptr, cat("the name '", name, "' is taken"));
  by_name_.erase(value->name_);
  if (--(*used_names_)[value->name_] == 0) used_names_->erase(value->name_);
  value->name_ = name;
  by_name_.emplace(name, value);
  ++(*used_names_)[name];
}

std::string Graph::unique_name(std::string_view hint) const {
  std::string name(hint);
  for (std::size_t i = 1; used_names_->count(name) > 0; ++i) name = cat(hint, "_", i);
  return name;
}

std::vector<Node*> Graph::nodes() const {
  std::vector<Node*> out;
  out.reserve(nodes_.size());
  for (const auto& node : nodes_) out.push_back(node.get());
  return out;
}

Node* Graph::add_node(NodeSpec spec, Node* before) {
  const auto place = before != nullptr ? before->place_ : nodes_.end();
  const auto it = nodes_.insert(
      place, std::unique_ptr<Node>(new Node(this, std::move(spec.domain), std::move(spec.op))));
  Node* node = it->get();
  node->place_ = it;
  node->name_ = std::move(spec.name);
  node->attributes_ = std::move(spec.attributes);
  node->set_inputs(spec.inputs);
  for (std::size_t i = 0; i < spec.output_names.size(); ++i) {
    std::string name = std::move(spec.output_names[i]);
    if (name.empty()) name = unique_name(node->name_.empty() ? node->op_ : node->name_);
    Value* value = new_value(std::move(name));
    value->producer_ = node;
    value->output_index_ = i;
    node->outputs_.push_back(value);
  }
  return node;
}

void Graph::erase(Node* node) {
  node->resize_outputs(0);
  for (std::size_t i = 0; i < node->inputs_.size(); ++i) node->unlink_input(i);
  nodes_.erase(node->place_);
}

void Graph::move_before(Node* node, Node* before) {
  nodes_.splice(before != nullptr ? before->place_ : nodes_.end(), nodes_, node->place_);
}

void Graph::replace_use(const Use& use, Value* to) { use.node->set_input(use.input, to); }

void Graph::replace(Value* from, Value* to) {
  if (from == to) return;
  const auto uses = from->uses_;
  for (const Use& use : uses) {
    if (to->producer_ == nullptr || to->producer_ != use.node) replace_use(use, to);
  }
  if (from->output_count_ == 0) return;
  replace_in_bodies(from, to);  // their outputs are known by place, not by name
  if (from->output_count_ == 0) return;
  require(!from->is_input_, "a graph input that is also an output keeps its name");
  const std::string name = from->name_;
  rename(from, unique_name(name + "_old"));
  const bool can_rename = to->graph_ == this && to->producer_ != nullptr && to->output_count_ == 0;
  if (can_rename) {
    rename(to, name);
  } else {  // the output keeps its name through an Identity behind `to`
    Node* identity = add_node({.op = "Identity", .inputs = {to}, .output_names = {name}});
    identity->outputs_[0]->type_ = from->type_;
    to = identity->outputs_[0];
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i] == from) set_output(i, to);
  }
}

void Graph::replace_in_bodies(Value* from, Value* to) {
  for (const auto& node : nodes_) {
    if (node.get() == to->producer_) continue;
    for (Graph* body : node->subgraphs()) {
      for (std::size_t i = 0; i < body->outputs_.size(); ++i) {
        if (body->outputs_[i] == from) body->set_output(i, to);
      }
      body->replace_in_bodies(from, to);
    }
  }
}

void Graph::sort() {
  // Kahn's algorithm that keeps the present order among nodes that are ready.
  std::unordered_map<const Node*, std::size_t> position;
  std::vector<Node*> all = nodes();
  for (std::size_t i = 0; i < all.size(); ++i) position.emplace(all[i], i);
  std::vector<std::size_t> waits(all.size(), 0);
  std::vector<std::vector<std::size_t>> readers(all.size());
  const auto depends = [&](const auto& self, const Node& node, std::size_t at) -> void {
    for (const Value* v : node.inputs_) {
      if (v == nullptr || v->producer_ == nullptr || v->graph_ != this) continue;
      readers[position.at(v->producer_)].push_back(at);
      ++waits[at];
    }
    for (Graph* body : node.subgraphs()) {
      for (const Node* inner : body->nodes()) self(self, *inner, at);
      for (const Value* v : body->outputs_) {
        if (v->producer_ == nullptr || v->graph_ != this) continue;
        readers[position.at(v->producer_)].push_back(at);
        ++waits[at];
      }
    }
  };
  for (std::size_t i = 0; i < all.size(); ++i) depends(depends, *all[i], i);
  std::map<std::size_t, Node*> ready;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (waits[i] == 0) ready.emplace(i, all[i]);
  }
  std::size_t sorted = 0;
  while (!ready.empty()) {
    const auto [i, node] = *ready.begin();
    ready.erase(ready.begin());
    nodes_.splice(nodes_.end(), nodes_, node->place_);
    ++sorted;
    for (const std::size_t r : readers[i]) {
      if (--waits[r] == 0) ready.emplace(r, all[r]);
    }
  }
  if (sorted != all.size()) throw Error(Fault::corrupt, "the graph has a cycle");
}

std::size_t Graph::remove_unused() {
  std::size_t removed = 0;
  std::vector<Node*> all = nodes();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    const bool read = std::any_of((*it)->outputs_.begin(), (*it)->outputs_.end(),
                                  [](const Value* v) { return v != nullptr && v->readers() > 0; });
    if (read) {
      for (Graph* body : (*it)->subgraphs()) removed += body->remove_unused();
      continue;
    }
    erase(*it);
    ++removed;
  }
  for (Value* value : constants()) {
    if (value->readers() == 0) drop_value(value);
  }
  return removed;
}

void Graph::copy_into(Graph& target, std::unordered_map<const Value*, Value*>& map) const {
  target.name_ = name_;
  for (const auto& value : values_) {
    if (!value->is_input_ && !value->is_constant()) continue;
    Value* copy = target.new_value(value->name_);
    copy->type_ = value->type_;
    copy->constant_ = value->constant_;
    copy->is_input_ = value->is_input_;
    map[value.get()] = copy;
  }
  for (const Value* input : inputs_) target.inputs_.push_back(map.at(input));
  const auto mapped = [&](Value* v) {  // values of graphs that are not copied stay as they are
    const auto it = map.find(v);
    return it == map.end() ? v : it->second;
  };
  for (const auto& node : nodes_) {
    NodeSpec spec{
        .op = node->op_, .domain = node->domain_, .name = node->name_, .output_names = {}};
    for (Value* v : node->inputs_) spec.inputs.push_back(v == nullptr ? nullptr : mapped(v));
    Node* copy = target.add_node(std::move(spec));
    copy->metadata_ = node->metadata_;
    for (const auto& [key, attribute] : node->attributes_) {
      Attribute own = attribute;
      const auto copy_body = [&](std::shared_ptr<Graph>& body) {
        auto fresh = make_body(target);
        body->copy_into(*fresh, map);
        body = std::move(fresh);
      };
      if (auto* one = std::get_if<std::shared_ptr<Graph>>(&own)) copy_body(*one);
      if (auto* many = std::get_if<std::vector<std::shared_ptr<Graph>>>(&own)) {
        for (auto& body : *many) copy_body(body);
      }
      copy->attributes_.emplace(key, std::move(own));
    }
    for (std::size_t i = 0; i < node->outputs_.size(); ++i) {
      const Value* old = node->outputs_[i];
      Value* made = nullptr;
      if (old != nullptr) {
        made = target.new_value(old->name_);
        made->type_ = old->type_;
        made->producer_ = copy;
        made->output_index_ = i;
        map[old] = made;
      }
      copy->outputs_.push_back(made);
    }
  }
  for (Value* output : outputs_) target.add_output(mapped(output));
}

std::unique_ptr<Graph> Graph::clone() const {
  auto copy = std::make_unique<Graph>();
  std::unordered_map<const Value*, Value*> map;
  copy_into(*copy, map);
  return copy;
}

Model Model::clone() const {
  Model copy;
  copy.graph = graph->clone();
  copy.opsets = opsets;
  copy.ir_version = ir_version;
  copy.producer_name = producer_name;
  copy.producer_version = producer_version;
  copy.domain = domain;
  copy.model_version = model_version;
  copy.doc = doc;
  copy.metadata = metadata;
  return copy;
}

}  // namespace pare
