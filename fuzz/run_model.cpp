// Small models, run: by the reference kernels, by a session with fast kernels, and again after the
// default passes. ONNX files, and graphs as text, of which a changed byte is a changed number more
// often. What the three make must agree in types, ranks and known shapes.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/budget.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"
#include "formats/onnx/reader.hpp"
#include "ir/infer.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"
#include "runtime/session.hpp"

namespace {

using pare::Graph;
using pare::RuntimeValue;
using pare::Tensor;

constexpr std::size_t kMostNodes = 64;
// A product or window costs at most the square of this.
constexpr pare::Budget kBudget{.most_elements = 1 << 11, .most_steps = 2000};

std::unique_ptr<Graph> read(std::span<const std::byte> bytes) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(bytes.data())),
                              bytes.size());
  for (const char* word : {"input ", "const ", "name "}) {
    if (text.starts_with(word)) return pare::parse_graph(text);
  }
  pare::ReadOptions options;
  options.memory_budget_bytes = std::uint64_t{64} << 20U;
  options.most_nodes = kMostNodes;
  return std::move(pare::onnx::read_bytes(bytes, "no-such-folder/fuzz.onnx", options).graph);
}

bool is_small(const Graph& graph) {
  std::size_t nodes = 0;
  for (const pare::Node* node : graph.nodes()) {
    ++nodes;
    for (const Graph* body : node->subgraphs()) nodes += body->node_count();
  }
  return nodes <= kMostNodes;
}

/// Something for every input; nothing when one is no tensor of numbers.
std::optional<std::vector<RuntimeValue>> inputs_of(const Graph& graph) {
  pare::Rng rng(1);
  std::map<std::string, std::int64_t> sizes;
  std::vector<RuntimeValue> given;
  for (const pare::Value* v : graph.inputs()) {
    const pare::ValueType& type = v->type();
    if (type.kind != pare::ValueType::Kind::tensor || !type.dtype.valid()) return std::nullopt;
    if (type.dtype.kind() == pare::ElementKind::string) return std::nullopt;
    pare::Shape shape;
    for (const pare::Dim& d : type.shape.value_or(pare::SymShape{2, 3})) {
      const auto next = static_cast<std::int64_t>(1 + sizes.size() % 4);
      shape.push_back(d.is_number() ? d.number() : sizes.emplace(d.text(), next).first->second);
    }
    Tensor t(pare::ElementKind::f32, shape);
    for (float& x : t.mutable_data<float>()) x = 8 * rng.uniform() - 2;
    given.emplace_back(t.cast(type.dtype));
  }
  return given;
}

using Results = std::optional<std::vector<RuntimeValue>>;

/// What `body` makes; nothing when it refuses. A fault of ours is a finding.
template <class Body>
Results results_of(Body&& body) {
  const pare::BudgetScope scope(kBudget);
  try {
    return body();
  } catch (const pare::Error& error) {
    if (error.fault() == pare::Fault::internal) throw;  // ends the process: nobody catches it
    return std::nullopt;
  }
}

/// Shapes only where they follow from the graph: rounding changes what Unique finds.
void compare(const Graph& graph, const Results& a, const Results& b) {
  if (!a || !b) return;
  if (a->size() != b->size()) __builtin_trap();
  for (std::size_t i = 0; i < a->size(); ++i) {
    const RuntimeValue& x = a->at(i);
    const RuntimeValue& y = b->at(i);
    if (x.is_tensor() != y.is_tensor()) __builtin_trap();
    if (!x.is_tensor()) continue;
    if (x.tensor().type() != y.tensor().type()) __builtin_trap();
    if (x.tensor().rank() != y.tensor().rank()) __builtin_trap();
    if (!graph.outputs().at(i)->known_shape()) continue;
    if (x.tensor().shape() != y.tensor().shape()) __builtin_trap();
  }
}

void run(const Graph& graph) {
  const std::optional<std::vector<RuntimeValue>> inputs = inputs_of(graph);
  if (!inputs) return;
  const auto session = [&](const Graph& g) {
    return results_of([&] {
      pare::SessionOptions options;
      options.threads = 1;
      options.budget = kBudget;
      return pare::Session::create(g, pare::op_registry(), options)->run_values(*inputs);
    });
  };
  const Results meaning =
      results_of([&] { return pare::interpret_values(graph, pare::op_registry(), *inputs); });
  compare(graph, meaning, session(graph));
  const auto better = graph.clone();
  const Results passes = results_of([&] {
    pare::PassContext context{pare::op_registry()};
    context.fold_budget_bytes = 1 << 16;
    pare::run_passes(*better, pare::default_passes(), context);
    return std::vector<RuntimeValue>();
  });
  if (passes) compare(graph, meaning, session(*better));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pare::set_threads(1);
  try {
    const pare::BudgetScope scope(kBudget);
    const std::unique_ptr<Graph> graph = read(std::as_bytes(std::span(data, size)));
    if (!is_small(*graph) || !pare::verify(*graph, pare::op_registry()).empty()) return 0;
    pare::infer_shapes(*graph, pare::op_registry());
    if (!pare::verify(*graph, pare::op_registry()).empty()) return 0;
    run(*graph);
  } catch (const pare::Error& error) {
    if (error.fault() == pare::Fault::internal) throw;
    return 0;
  }
  return 0;
}
