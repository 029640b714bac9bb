#include "ir/infer.hpp"

#include <algorithm>
#include <set>

#include "base/budget.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

using Facts = std::unordered_map<const Value*, ValueFacts>;

/// Joins what was claimed with what was inferred; inferred numbers win over claimed symbols.
ValueType merge_types(const Value& value, const ValueType& found) {
  const ValueType& claimed = value.type();
  if (found.kind != ValueType::Kind::tensor) return found;
  if (claimed.kind != ValueType::Kind::tensor && claimed.dtype.valid()) return claimed;
  ValueType out = found;
  if (!out.dtype.valid()) out.dtype = claimed.dtype;
  if (!out.shape) {
    out.shape = claimed.shape;
    return out;
  }
  if (!claimed.shape || claimed.shape->size() != out.shape->size()) return out;
  for (std::size_t i = 0; i < out.shape->size(); ++i) {
    Dim& mine = (*out.shape)[i];
    const Dim& theirs = (*claimed.shape)[i];
    if (mine.is_unknown() || (!mine.is_number() && theirs.is_number())) mine = theirs;
  }
  return out;
}

class Inference {
 public:
  explicit Inference(const OpRegistry& ops, Facts known = {})
      : ops_(ops), facts_(std::move(known)) {}

  void graph(Graph& g, int depth) {
    constexpr int kDeepest = 64;
    if (depth > kDeepest) throw Error(Fault::resource, "bodies are nested more than 64 deep");
    for (Value* input : g.inputs()) facts_[input].type = input->type();
    for (Value* constant : g.constants()) constant_facts(*constant);
    for (Node* node : g.nodes()) visit(*node, depth);
  }

  void node(Node& n) { visit(n, 0); }

  Facts take() { return std::move(facts_); }

 private:
  void constant_facts(const Value& value) {
    ValueFacts& facts = facts_[&value];
    facts.type = value.type();
    constexpr std::int64_t kMostElements = 4096;
    const Tensor& data = value.constant();
    if (data.type().is_integer() && data.type().bits_per_value() >= 8 && data.rank() <= 1 &&
        data.size() <= kMostElements) {
      const auto values = data.to_ints();
      facts.elements.emplace(values.begin(), values.end());
    }
  }

  const ValueFacts* facts_of(const Value* value) {
    if (value == nullptr) return nullptr;
    const auto it = facts_.find(value);
    if (it != facts_.end()) return &it->second;
    if (value->is_constant()) {
      constant_facts(*value);
    } else {
      facts_[value].type = value->type();
    }
    return &facts_[value];
  }

  void visit(Node& node, int depth) {
    const OpDef* def = ops_.find(node);
    if (def == nullptr || def->infer == nullptr) {
      for (Graph* body : node.subgraphs()) graph(*body, depth + 1);
      for (Value* v : node.outputs()) {
        if (v != nullptr) facts_[v].type = v->type();
      }
      return;
    }
    std::vector<const ValueFacts*> inputs;
    std::vector<const Tensor*> constants;
    for (const Value* v : node.inputs()) facts_of(v);  // may rehash: take pointers afterwards
    for (const Value* v : node.inputs()) {
      inputs.push_back(facts_of(v));
      constants.push_back(v != nullptr && v->is_constant() ? &v->constant() : nullptr);
    }
    ShapeContext context(node, *def, inputs, constants);
    context.infer_body = [&](Graph& body, const std::vector<ValueType>& types) {
      for (std::size_t i = 0; i < body.inputs().size() && i < types.size(); ++i) {
        body.inputs()[i]->set_type(types[i]);
      }
      graph(body, depth + 1);
      std::vector<ValueType> out;
      for (Value* v : body.outputs()) out.push_back(facts_of(v)->type);
      return out;
    };
    during([&] { return cat("inferring the shapes of ", node.label()); },
           [&] { within_memory([&] { def->infer(context); }); });
    for (std::size_t i = 0; i < node.outputs().size(); ++i) {
      Value* v = node.outputs()[i];
      if (v == nullptr) continue;
      ValueFacts& result = context.results()[i];
      result.type = merge_types(*v, result.type);
      v->set_type(result.type);
      facts_[v] = std::move(result);
    }
  }

  const OpRegistry& ops_;
  Facts facts_;
};

void check_attributes(const Node& node, const OpDef& def, std::vector<std::string>& broken) {
  for (const AttributeDef& a : def.attributes) {
    const Attribute* given = node.attribute(a.name);
    if (given == nullptr && a.required) {
      broken.push_back(cat(node.label(), ": attribute '", a.name, "' is missing"));
    }
    if (given != nullptr && attribute_kind(*given) != a.kind) {
      broken.push_back(cat(node.label(), ": attribute '", a.name, "' has the wrong kind"));
    }
  }
}

void check_schema(const Node& node, const OpDef& def, std::vector<std::string>& broken) {
  const auto complain = [&](const std::string& why) {
    broken.push_back(cat(node.label(), ": ", why));
  };
  const auto count_limits = [](const std::vector<Param>& params) {
    std::size_t least = 0;
    bool open = false;
    for (const Param& p : params) {
      if (!p.optional) ++least;
      open = open || p.variadic;
    }
    return std::make_pair(least, open ? SIZE_MAX : params.size());
  };
  const auto [least_in, most_in] = count_limits(def.inputs);
  if (node.inputs().size() > most_in) {
    complain(cat("takes at most ", most_in, " inputs, has ", node.inputs().size()));
  }
  std::map<std::string, ElementKind> bound;
  for (std::size_t i = 0; i < std::max(node.inputs().size(), def.inputs.size()); ++i) {
    if (def.inputs.empty()) break;
    const Param& p = i < def.inputs.size() ? def.inputs[i] : def.inputs.back();
    const Value* v = node.input(i);
    if (v == nullptr) {
      if (!p.optional && !p.variadic && i < def.inputs.size()) {
        complain(cat("input '", p.name, "' is missing"));
      }
      continue;
    }
    if (!p.kinds.has(v->type().kind)) {
      complain(cat("input '", p.name, "' cannot be ", v->type().text()));
    }
    if (v->type().kind != ValueType::Kind::tensor || !v->dtype().valid()) continue;
    if (!p.allowed.has(v->dtype().kind())) {
      complain(cat("input '", p.name, "' cannot be ", v->dtype().name()));
    }
    if (p.variadic) continue;
    const auto [it, fresh] = bound.emplace(p.type_name, v->dtype().kind());
    if (!fresh && it->second != v->dtype().kind()) {
      complain(cat("input '", p.name, "' is ", v->dtype().name(), ", but ", p.type_name, " is ",
                   dtype_of(it->second).name()));
    }
  }
  if (node.outputs().size() > count_limits(def.outputs).second) {
    complain(cat("makes at most ", def.outputs.size(), " outputs, has ", node.outputs().size()));
  }
  check_attributes(node, def, broken);
}

/// Every use that a value knows of must be one.
void check_uses(const Value& value, std::vector<std::string>& broken) {
  for (const Use& use : value.uses()) {
    if (use.node->input(use.input) != &value) {
      broken.push_back(cat("'", value.name(), "' knows a reader that does not read it"));
    }
  }
}

void verify_graph(const Graph& graph, const OpRegistry& ops, std::set<const Value*>& made,
                  std::vector<std::string>& broken) {
  std::set<std::string> names;
  const auto add = [&](const Value* v) {
    made.insert(v);
    check_uses(*v, broken);
    if (!names.insert(v->name()).second) broken.push_back(cat("two values are named ", v->name()));
  };
  for (const Value* v : graph.inputs()) add(v);
  for (const Value* v : graph.constants()) add(v);
  for (const Node* node : graph.nodes()) {
    for (std::size_t i = 0; i < node->inputs().size(); ++i) {
      const Value* v = node->input(i);
      if (v == nullptr) continue;
      if (made.count(v) == 0) {
        broken.push_back(cat(node->label(), ": input '", v->name(), "' is not made before it"));
      }
      const Use use{const_cast<Node*>(node), i};
      if (std::find(v->uses().begin(), v->uses().end(), use) == v->uses().end()) {
        broken.push_back(cat(node->label(), ": input '", v->name(), "' does not know its reader"));
      }
    }
    if (const OpDef* def = ops.find(*node)) check_schema(*node, *def, broken);
    for (const Graph* body : node->subgraphs()) {
      std::set<const Value*> seen_inside = made;  // what a body makes is not seen outside
      verify_graph(*body, ops, seen_inside, broken);
    }
    for (const Value* v : node->outputs()) {
      if (v == nullptr) continue;
      if (v->producer() != node) broken.push_back(cat(v->name(), " does not know its producer"));
      add(v);
    }
  }
  for (const Value* v : graph.outputs()) {
    if (made.count(v) == 0) broken.push_back(cat("graph output '", v->name(), "' is never made"));
  }
}

void collect_unsupported(const Graph& graph, const OpRegistry& ops,
                         std::map<std::string, std::vector<std::string>>& missing) {
  for (const Node* node : graph.nodes()) {
    if (ops.find(*node) == nullptr) {
      const std::string op =
          node->domain().empty() ? node->op() : cat(node->domain(), "::", node->op());
      missing[op].push_back(node->label());
    }
    for (const Graph* body : node->subgraphs()) collect_unsupported(*body, ops, missing);
  }
}

}  // namespace

std::unordered_map<const Value*, ValueFacts> infer_shapes(Graph& graph, const OpRegistry& ops) {
  Inference inference(ops);
  inference.graph(graph, 0);
  return inference.take();
}

void infer_node(Node& node, const OpRegistry& ops, Facts& facts) {
  Inference inference(ops, std::move(facts));
  try {
    inference.node(node);
  } catch (...) {
    facts = inference.take();
    throw;
  }
  facts = inference.take();
}

void bind_input_shapes(Graph& graph, const std::map<std::string, Shape>& shapes) {
  for (Value* input : graph.inputs()) {
    const auto it = shapes.find(input->name());
    if (it == shapes.end()) continue;
    ValueType type = input->type();
    type.shape = to_symbolic(it->second);
    input->set_type(std::move(type));
  }
  // Claims made for other sizes would contradict the new ones: forget them.
  const auto forget = [](const auto& self, Graph& g) -> void {
    for (Node* node : g.nodes()) {
      for (Value* v : node->outputs()) {
        if (v == nullptr || v->type().kind != ValueType::Kind::tensor) continue;
        v->set_type(ValueType(v->dtype()));
      }
      for (Graph* body : node->subgraphs()) self(self, *body);
    }
  };
  forget(forget, graph);
}

Cost node_cost(const Node& node, const OpRegistry& ops, const Facts& facts, bool* known) {
  if (known != nullptr) *known = false;
  const OpDef* def = ops.find(node);
  if (def == nullptr || def->cost == nullptr) return {};
  std::vector<const ValueFacts*> inputs;
  std::vector<const Tensor*> constants;
  ValueFacts none;
  for (const Value* v : node.inputs()) {
    const auto it = facts.find(v);
    if (v != nullptr &&
        (it == facts.end() || !it->second.type.shape || !to_numbers(*it->second.type.shape))) {
      return {};
    }
    inputs.push_back(v == nullptr ? nullptr : &it->second);
    constants.push_back(v != nullptr && v->is_constant() ? &v->constant() : nullptr);
  }
  ShapeContext context(node, *def, inputs, constants);
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    if (node.outputs()[i] == nullptr) continue;
    const auto it = facts.find(node.outputs()[i]);
    if (it == facts.end() || !it->second.type.shape || !to_numbers(*it->second.type.shape)) {
      return {};
    }
    context.results()[i] = it->second;
  }
  if (known != nullptr) *known = true;
  return def->cost(context);
}

std::vector<std::string> verify(const Graph& graph, const OpRegistry& ops) {
  std::vector<std::string> broken;
  std::set<const Value*> made;
  verify_graph(graph, ops, made, broken);
  return broken;
}

std::vector<std::string> unsupported_operators(const Graph& graph, const OpRegistry& ops) {
  std::map<std::string, std::vector<std::string>> missing;
  collect_unsupported(graph, ops, missing);
  std::vector<std::string> out;
  for (const auto& [op, nodes] : missing) {
    std::string line = cat(escape_terminal(op), " (", nodes.size(), "): ");
    constexpr std::size_t kMostNamed = 20;
    for (std::size_t i = 0; i < nodes.size() && i < kMostNamed; ++i) {
      line += cat(i > 0 ? ", " : "", nodes[i]);
    }
    if (nodes.size() > kMostNamed) line += cat(" and ", nodes.size() - kMostNamed, " more");
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace pare
