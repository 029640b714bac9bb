#include "autodiff/expand.hpp"

#include "autodiff/gradients.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

using Texts = std::vector<std::string>;

[[noreturn]] void fail(const Node& node, Fault fault, const std::string& why) {
  throw Error(fault, cat(node.label(), ": ", why));
}

Value* find(const Graph& graph, const Node& node, const std::string& name) {
  Value* v = graph.find(name);
  if (v == nullptr) {
    fail(node, Fault::corrupt, cat("there is no value '", escape_terminal(name), "'"));
  }
  return v;
}

void expand(Graph& graph, const OpRegistry& ops, Node& node) {
  const Texts none;
  const Texts* xs = node.attribute_as<Texts>("xs");
  const Texts* given_zs = node.attribute_as<Texts>("zs");
  const Texts& zs = given_zs != nullptr ? *given_zs : none;
  const auto* y = node.attribute_as<std::string>("y");
  if (xs == nullptr || y == nullptr) fail(node, Fault::corrupt, "xs or y is missing");
  if (node.inputs().size() != xs->size() + zs.size() || node.outputs().size() > xs->size()) {
    fail(node, Fault::corrupt,
         cat(node.inputs().size(), " inputs and ", node.outputs().size(), " outputs for ",
             xs->size(), " xs and ", zs.size(), " zs"));
  }
  for (std::size_t i = 0; i < node.inputs().size(); ++i) {
    const std::string& name = i < xs->size() ? (*xs)[i] : zs[i - xs->size()];
    if (node.input(i) != find(graph, node, name)) {
      fail(node, Fault::unsupported,
           cat("asks for a gradient at another value than '", escape_terminal(name), "'"));
    }
  }
  std::vector<Value*> wrt;
  for (std::size_t i = 0; i < node.outputs().size(); ++i) wrt.push_back(node.input(i));
  const std::vector<Value*> found = gradients(graph, ops, find(graph, node, *y), wrt);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (node.output(i) != nullptr) graph.replace(node.output(i), found[i]);
  }
  graph.erase(&node);
  graph.sort();  // what reads the results may stand before the new nodes
}

}  // namespace

std::size_t expand_gradient_nodes(Graph& graph, const OpRegistry& ops) {
  std::size_t count = 0;
  for (Node* node : graph.nodes()) {
    if (!node->is("ai.onnx.preview.training", "Gradient")) continue;
    expand(graph, ops, *node);
    ++count;
  }
  return count;
}

}  // namespace pare
