#include <algorithm>
#include <numeric>

#include "formats/onnx/upgrade.hpp"
#include "formats/onnx/versions.hpp"

namespace pare::onnx {
namespace {

/// Operator set of ai.onnx.ml in which the operator has the form that this node has.
std::int64_t least_of(const Node& node) {
  const auto has = [&](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) { return node.attribute(name) != nullptr; });
  };
  if (node.op() == "TreeEnsemble") return 5;
  if (node.op() == "LabelEncoder") {
    return has({"keys_tensor", "values_tensor", "default_tensor"}) ? 4 : 2;
  }
  return has({"base_values_as_tensor", "nodes_values_as_tensor", "nodes_hitrates_as_tensor",
              "class_weights_as_tensor", "target_weights_as_tensor"})
             ? 3
             : kOldestMlOpset;
}

}  // namespace

std::int64_t least_ml_opset(const Graph& graph) {
  std::int64_t least = 0;
  for (const Node* node : graph.nodes()) {
    if (node->domain() == kMlDomain) least = std::max(least, least_of(*node));
    for (const Graph* body : node->subgraphs()) least = std::max(least, least_ml_opset(*body));
  }
  return least;
}

namespace up {

// One list of text and its positions became a list of keys and one of values. Which of the two is
// which follows from the input.
Refusal label_classes(Rewriter& r) {
  Node& node = r.node();
  const auto* classes = node.attribute_as<std::vector<std::string>>("classes_strings");
  if (classes == nullptr) return kDone;
  const DType x = r.types().dtype(r.input(0));
  const bool names_default = node.attribute("default_string") != nullptr;
  if (!x.valid() && names_default == (node.attribute("default_int64") != nullptr)) {
    return "has an input of unknown type";
  }
  const bool to_text = x.valid() ? x.kind() != ElementKind::string : names_default;
  std::vector<std::int64_t> places(classes->size());
  std::iota(places.begin(), places.end(), 0);
  const std::vector<std::string> names = *classes;
  node.erase_attribute("classes_strings");
  node.set_attribute(to_text ? "values_strings" : "keys_strings", names);
  node.set_attribute(to_text ? "keys_int64s" : "values_int64s", places);
  return kDone;
}

}  // namespace up
}  // namespace pare::onnx
