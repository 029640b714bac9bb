#include "compress/embeddings.hpp"

#include <algorithm>
#include <cmath>

namespace pare {
namespace {

constexpr float kMost = 127;

bool looks_up_rows(const Use& use) {
  return use.input == 0 && use.node->is("Gather") && use.node->int_or("axis", 0) == 0;
}

/// Puts codes and scales in the place of one look-up.
void replace_look_up(Graph& graph, Node& gather, Value* codes, Value* scales) {
  Value* indices = gather.input(1);
  Value* old = gather.output();
  const auto add = [&](const std::string& op, std::vector<Value*> inputs, Attributes attributes,
                       const std::string& suffix) {
    return graph
        .add_node({.op = op,
                   .inputs = std::move(inputs),
                   .attributes = std::move(attributes),
                   .output_names = {graph.unique_name(old->name() + suffix)}},
                  &gather)
        ->output();
  };
  constexpr std::int64_t kFloat = 1;  // ONNX: TensorProto.FLOAT
  const Attributes rows = {{"axis", std::int64_t{0}}};
  Value* x = add("Cast", {add("Gather", {codes, indices}, rows, "_codes")}, {{"to", kFloat}}, "_f");
  Value* y = add("Mul", {x, add("Gather", {scales, indices}, rows, "_scale")}, {}, "_row");
  y->producer()->set_name(gather.name());
  y->set_type(old->type());
  graph.replace(old, y);
  graph.erase(&gather);
}

}  // namespace

std::vector<Value*> embedding_tables(const Graph& graph, std::int64_t least_elements) {
  std::vector<Value*> tables;
  for (Value* c : graph.constants()) {
    const Tensor& t = c->constant();
    if (t.kind() != ElementKind::f32 || t.rank() != 2 || t.size() < least_elements) continue;
    if (c->uses().empty() || c->is_graph_output()) continue;
    const bool only_rows = std::all_of(c->uses().begin(), c->uses().end(), [&](const Use& use) {
      return looks_up_rows(use) && &use.node->graph() == &graph;
    });
    if (only_rows) tables.push_back(c);
  }
  return tables;
}

double code_table(Graph& graph, Value* table) {
  const Tensor& t = table->constant();
  const auto columns = static_cast<std::size_t>(t.dim(1));
  const auto x = t.data<float>();
  std::vector<std::int8_t> codes(x.size());
  std::vector<float> scales;
  double signal = 0;
  double noise = 0;
  for (std::size_t begin = 0; begin < x.size(); begin += columns) {
    float most = 0;
    for (const float v : x.subspan(begin, columns)) most = std::max(most, std::fabs(v));
    const float step = most / kMost;
    const float scale = std::isnormal(step) ? step : 1.0F;
    scales.push_back(scale);
    for (std::size_t i = begin; i < begin + columns; ++i) {
      const float code = std::clamp(std::nearbyint(x[i] / scale), -kMost, kMost);
      codes[i] = static_cast<std::int8_t>(code);
      const double d = static_cast<double>(x[i]) - static_cast<double>(code) * scale;
      signal += static_cast<double>(x[i]) * x[i];
      noise += d * d;
    }
  }
  const std::string& name = table->name();
  Value* q = graph.add_constant(Tensor::of<std::int8_t>(t.shape(), codes), name + "_q");
  Value* s = graph.add_constant(Tensor::of<float>({t.dim(0), 1}, scales), name + "_s");
  for (const Use& use : std::vector<Use>(table->uses())) {
    replace_look_up(graph, *use.node, q, s);
  }
  constexpr double kExact = 300;
  return noise > 0 ? 10 * std::log10(signal / noise) : kExact;
}

}  // namespace pare
