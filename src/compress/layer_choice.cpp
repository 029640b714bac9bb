#include "compress/layer_choice.hpp"

#include <algorithm>

#include "base/suggest.hpp"
#include "compress/affine.hpp"
#include "compress/weights/place.hpp"

namespace pare {
namespace {

bool is_among(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

std::vector<std::string> choose_layers(const Graph& graph, const LayerChoice& choice,
                                       const std::string& method, MethodContext& context,
                                       std::size_t& seen) {
  check_names(graph, choice);
  std::vector<const Node*> all;
  for (const Node* node : graph.nodes()) {
    if (constant_weights(*node) != nullptr) all.push_back(node);
  }
  seen = all.size();
  std::vector<std::string> chosen;
  for (const Node* node : all) {
    const std::string& name = node->name();
    const bool is_end = node == all.front() || node == all.back();
    const std::int64_t size = constant_weights(*node)->size();
    std::string why;
    if (!weight_matrix(*node)) {
      why = "its weights are no matrix";
    } else if (is_among(choice.keep_float, name) || (choice.keep_ends && is_end)) {
      why = "kept in float by choice";
    } else if (!choice.only.empty() && !is_among(choice.only, name)) {
      why = "not among the chosen";
    } else if (size < choice.least_elements) {
      why = cat(size, " weights only");
    }
    if (why.empty()) {
      chosen.push_back(name);
    } else {
      context.events.push_back({method, name, Verdict::Kind::refuse, std::move(why)});
    }
  }
  return chosen;
}

void check_names(const Graph& graph, const LayerChoice& choice) {
  if (choice.keep_float.empty() && choice.only.empty()) return;
  std::vector<std::string> known;
  for (const Node* node : graph.nodes()) known.push_back(node->name());
  for (const auto* list : {&choice.keep_float, &choice.only}) {
    for (const std::string& name : *list) {
      if (is_among(known, name)) continue;
      throw Error(Fault::config,
                  cat(list == &choice.only ? "only" : "keep_float", ": no node is called '",
                      escape_terminal(name), "'", suggestion(name, known)));
    }
  }
}

Node* node_named(const Graph& graph, const std::string& name) {
  const auto nodes = graph.nodes();
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const Node* n) { return n->name() == name; });
  require(found != nodes.end(), "no node of that name");
  return *found;
}

}  // namespace pare
