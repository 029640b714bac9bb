#include <functional>
#include <map>
#include <unordered_map>

#include "passes/_rewrite.hpp"

namespace pare {
namespace {

template <class T>
void append(std::string& key, const T& value) {
  key += cat(value, ",");
}

/// Text that is equal for equal attributes; empty for kinds that are not compared.
std::string attribute_key(const Attribute& a) {
  std::string key;
  if (const auto* i = std::get_if<std::int64_t>(&a)) {
    append(key, *i);
  } else if (const auto* f = std::get_if<float>(&a)) {
    append(key, std::hash<float>{}(*f));
    append(key, *f);
  } else if (const auto* s = std::get_if<std::string>(&a)) {
    key = cat(s->size(), ":", *s);
  } else if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&a)) {
    key = "i";
    for (const std::int64_t v : *ints) append(key, v);
  } else if (const auto* reals = std::get_if<std::vector<float>>(&a)) {
    key = "f";
    for (const float v : *reals) append(key, std::hash<float>{}(v));
  }
  return key;
}

/// Text that is equal for nodes that compute the same; empty for nodes that are not compared.
std::string node_key(const Node& node, const OpRegistry& ops) {
  const OpDef* def = ops.find(node);
  if (def == nullptr || !def->deterministic || node.outputs().empty()) return {};
  std::string key = cat(node.domain(), "::", node.op(), "(");
  for (const Value* v : node.inputs()) append(key, static_cast<const void*>(v));
  for (const Value* v : node.outputs()) key += v != nullptr ? 'y' : 'n';
  for (const auto& [name, attribute] : node.attributes()) {
    const std::string value = attribute_key(attribute);
    if (value.empty()) return {};
    key += cat(name, "=", value, ";");
  }
  return key;
}

std::size_t merge_constants(Graph& graph) {
  std::size_t merged = 0;
  std::unordered_map<std::string, std::vector<Value*>> seen;
  for (Value* v : graph.constants()) {
    const Tensor& data = v->constant();
    if (v->is_graph_output() || v->readers() == 0) continue;
    constexpr std::size_t kHashed = 256;
    std::string key = cat(data.type().name(), to_string(data.shape()));
    for (const std::byte b : data.bytes().first(std::min(kHashed, data.bytes().size()))) {
      key += static_cast<char>(b);
    }
    bool found = false;
    for (Value* other : seen[key]) {
      if (!identical(data, other->constant())) continue;
      graph.replace(v, other);
      found = true;
      ++merged;
      break;
    }
    if (!found) seen[key].push_back(v);
  }
  return merged;
}

Verdict may_merge(const Node& first, const Node& second) {
  if (second.is("DequantizeLinear")) return refuse("each reader keeps its own DequantizeLinear");
  for (std::size_t i = 0; i < second.outputs().size(); ++i) {
    const Value* v = second.output(i);
    if (v != nullptr && v->is_graph_output() && first.output(i)->is_graph_output()) {
      return refuse("both results are outputs of the graph");
    }
  }
  return accept();
}

std::size_t run(Graph& graph, PassContext& context) {
  std::size_t changes = merge_constants(graph);
  if (changes > 0) {
    context.events->push_back(
        {"merge_duplicates", cat(changes, " constants"), Verdict::Kind::accept, {}});
  }
  std::unordered_map<std::string, Node*> seen;
  for (Node* node : graph.nodes()) {
    const std::string key = node_key(*node, context.ops);
    if (key.empty()) continue;
    const auto [it, fresh] = seen.emplace(key, node);
    if (fresh) continue;
    Verdict verdict = may_merge(*it->second, *node);
    context.events->push_back(
        {"merge_duplicates", node->label(), verdict.kind, std::move(verdict.reason)});
    if (verdict.kind != Verdict::Kind::accept) continue;
    for (std::size_t i = 0; i < node->outputs().size(); ++i) {
      if (node->output(i) != nullptr) graph.replace(node->output(i), it->second->output(i));
    }
    graph.erase(node);
    ++changes;
  }
  return changes;
}

}  // namespace

/// Before: a = f(x); b = f(x), or two equal constants      After: a is read in place of b
/// Refuses: random and unknown operators; tensors and graphs as attributes; DequantizeLinear
/// (runtimes fuse it into its reader); two results that are both outputs of the graph.
/// Keeps: output names; every bit of the results.
PassDef pass_merge_duplicates() {
  return {
      .name = "merge_duplicates", .what = "computes equal things once", .stage = 16, .run = run};
}

}  // namespace pare
