// Time that a run spends outside its kernels: chains of 200 nodes that hardly compute anything.
// The counter `ns_per_node` is what one node costs.
//
// bench_run_overhead --benchmark_repetitions=5

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "ops/registry.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

constexpr int kNodes = 200;

void chain(benchmark::State& state, const std::string& op) {
  Graph graph;
  Value* v = graph.add_input("x", ValueType(dtype_of(ElementKind::f32), to_symbolic({1, 16})));
  Value* x = v;
  for (int i = 0; i < kNodes; ++i) {
    std::vector<Value*> inputs = {v};
    if (op == "Add") inputs.push_back(x);
    v = graph.add_node({.op = op, .inputs = std::move(inputs)})->output();
  }
  graph.add_output(v);
  SessionOptions options;
  options.threads = 1;
  // Values that somebody may look at keep nodes apart: a chain would be one step.
  for (const Node* node : graph.nodes()) options.observe.push_back(node->output()->name());
  const auto session = Session::create(graph, op_registry(), options);
  const std::vector<RuntimeValue> inputs = {Tensor(ElementKind::f32, {1, 16})};
  for (auto _ : state) benchmark::DoNotOptimize(session->run_values(inputs));
  state.counters["ns_per_node"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kNodes * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(chain, relu_native, std::string("Relu"));
BENCHMARK_CAPTURE(chain, mish_onednn, std::string("Mish"));
BENCHMARK_CAPTURE(chain, add_onednn, std::string("Add"));

}  // namespace
}  // namespace pare
