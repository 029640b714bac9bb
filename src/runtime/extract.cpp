#include "runtime/extract.hpp"

#include <unordered_map>

namespace pare {
namespace {

class Extractor {
 public:
  Extractor() { out_.graph = std::make_unique<Graph>(); }

  void add_inputs(const Graph& from, Graph& to) {
    for (const Value* v : from.inputs()) {
      map_[v] = to.add_input(to.unique_name(v->name()), v->type());
    }
  }

  void add_nodes(const std::vector<const Node*>& nodes, Graph& to) {
    for (const Node* node : nodes) add_node(*node, to);
  }

  /// The value in the new graph; what is not there yet comes from outside.
  Value* mapped(const Value* v) {
    if (v == nullptr) return nullptr;
    const auto it = map_.find(v);
    if (it != map_.end()) return it->second;
    Graph& top = *out_.graph;
    Value* made = nullptr;
    if (v->is_constant()) {
      made = top.add_constant(v->constant(), v->name());
    } else {
      made = top.add_input(top.unique_name(v->name()), v->type());
      out_.captured.push_back(v);
    }
    return map_[v] = made;
  }

  Extract take() { return std::move(out_); }
  Graph& top() { return *out_.graph; }

 private:
  void add_node(const Node& node, Graph& to) {
    NodeSpec spec{.op = node.op(), .domain = node.domain(), .name = node.name()};
    for (const Value* v : node.inputs()) spec.inputs.push_back(mapped(v));
    for (const auto& [name, value] : node.attributes()) {
      spec.attributes.emplace(name, copied(value, to));
    }
    spec.output_names.clear();
    for (const Value* v : node.outputs()) {
      spec.output_names.push_back(v == nullptr ? "" : to.unique_name(v->name()));
    }
    Node* made = to.add_node(std::move(spec));
    for (std::size_t i = 0; i < node.outputs().size(); ++i) {
      const Value* old = node.outputs()[i];
      if (old == nullptr) {
        made->omit_output(i);
        continue;
      }
      made->output(i)->set_type(old->type());
      map_[old] = made->output(i);
    }
  }

  Attribute copied(const Attribute& value, Graph& to) {
    if (const auto* one = std::get_if<std::shared_ptr<Graph>>(&value)) return body(**one, to);
    const auto* many = std::get_if<std::vector<std::shared_ptr<Graph>>>(&value);
    if (many == nullptr) return value;
    std::vector<std::shared_ptr<Graph>> bodies;
    for (const auto& b : *many) bodies.push_back(body(*b, to));
    return bodies;
  }

  std::shared_ptr<Graph> body(const Graph& from, Graph& to) {
    std::shared_ptr<Graph> made = Graph::make_body(to);
    made->set_name(from.name());
    add_inputs(from, *made);
    const std::vector<Node*> nodes = from.nodes();
    add_nodes({nodes.begin(), nodes.end()}, *made);
    for (const Value* v : from.outputs()) made->add_output(mapped(v));
    return made;
  }

  Extract out_;
  std::unordered_map<const Value*, Value*> map_;
};

}  // namespace

Extract extract_body(const Graph& body) {
  Extractor e;
  e.add_inputs(body, e.top());
  const std::vector<Node*> nodes = body.nodes();
  e.add_nodes({nodes.begin(), nodes.end()}, e.top());
  for (const Value* v : body.outputs()) e.top().add_output(e.mapped(v));
  return e.take();
}

Extract extract_nodes(const std::vector<const Node*>& nodes,
                      const std::vector<const Value*>& wanted) {
  Extractor e;
  e.add_nodes(nodes, e.top());
  for (const Value* v : wanted) e.top().add_output(e.mapped(v));
  return e.take();
}

}  // namespace pare
