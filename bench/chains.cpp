// Chains of elementwise operators: as one step, and each operator as a step of its own, in turns.
// Counters: medians in microseconds and the time of the single steps over that of the chain.
//
// bench_chains [--benchmark_filter=...]; threads as the second number of a benchmark's name.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "ops/registry.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

Tensor numbers(const Shape& shape) {
  Tensor t(ElementKind::f32, shape);
  Rng rng(1);
  for (float& x : t.mutable_data<float>()) x = rng.normal();
  return t;
}

class Maker {
 public:
  Value* input(const Shape& shape) {
    inputs.emplace_back(numbers(shape));
    return graph.add_input(graph.unique_name("x"),
                           ValueType(dtype_of(ElementKind::f32), to_symbolic(shape)));
  }
  Value* node(const std::string& op, std::vector<Value*> in) {
    return graph.add_node({.op = op, .inputs = std::move(in)})->output();
  }
  Value* scalar(float x) { return graph.add_constant(Tensor::scalar(x), "c"); }
  Value* constant(const Shape& shape) { return graph.add_constant(numbers(shape), "c"); }

  Graph graph;
  std::vector<RuntimeValue> inputs;
};

constexpr std::int64_t kWidth = 768;

/// relu(x + b).
Value* bias_relu(Maker& m, std::int64_t rows) {
  return m.node("Relu", {m.node("Add", {m.input({rows, kWidth}), m.constant({kWidth})})});
}

/// x / 2 (1 + tanh(0.8 (x + 0.04 x^3))), written out.
Value* gelu(Maker& m, std::int64_t rows) {
  Value* x = m.input({rows, kWidth});
  Value* cubic = m.node("Mul", {m.node("Pow", {x, m.scalar(3)}), m.scalar(0.044715F)});
  Value* u = m.node("Mul", {m.node("Add", {x, cubic}), m.scalar(0.7978846F)});
  Value* sum = m.node("Add", {m.node("Tanh", {u}), m.scalar(1)});
  return m.node("Mul", {m.node("Mul", {x, m.scalar(0.5F)}), sum});
}

/// (x - m) / sqrt(v + e) * g + b with a mean and a variance for each row.
Value* normalized(Maker& m, std::int64_t rows) {
  Value* centred = m.node("Sub", {m.input({rows, kWidth}), m.input({rows, 1})});
  Value* square = m.node("Pow", {m.input({rows, 1}), m.scalar(2)});
  Value* y = m.node("Div", {centred, m.node("Sqrt", {m.node("Add", {square, m.scalar(1e-5F)})})});
  return m.node("Add", {m.node("Mul", {y, m.constant({kWidth})}), m.constant({kWidth})});
}

/// An image gated by its channels, 7x7: repetitions are short.
Value* gated(Maker& m, std::int64_t rows) {
  Value* x = m.input({1, rows * kWidth / 49 + 1, 7, 7});
  Value* gate = m.input({1, rows * kWidth / 49 + 1, 1, 1});
  return m.node("Relu", {m.node("Add", {m.node("Mul", {x, gate}), x})});
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

void compare(benchmark::State& state, Value* (*make)(Maker&, std::int64_t)) {
  Maker m;
  m.graph.add_output(make(m, state.range(0)));
  SessionOptions options;
  options.threads = static_cast<int>(state.range(1));
  const auto chain = Session::create(m.graph, op_registry(), options);
  // Values that somebody may look at are kept.
  for (const Node* node : m.graph.nodes()) options.observe.push_back(node->output()->name());
  const auto single = Session::create(m.graph, op_registry(), options);
  std::vector<double> times[2];
  const auto run = [&](Session& session, std::vector<double>& into) {
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(session.run_values(m.inputs));
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    into.push_back(time.count());
  };
  for (auto _ : state) {
    run(*chain, times[0]);
    run(*single, times[1]);
  }
  state.counters["us"] = median(times[0]) * 1e6;
  state.counters["single_us"] = median(times[1]) * 1e6;
  state.counters["gain"] = median(times[1]) / median(times[0]);
}

void sizes(benchmark::internal::Benchmark* b) {
  b->ArgsProduct({{1, 16, 128, 2048, 16384}, {1, 2}})->MinTime(0.2);
}
BENCHMARK_CAPTURE(compare, bias_relu, bias_relu)->Apply(sizes);
BENCHMARK_CAPTURE(compare, gelu, gelu)->Apply(sizes);
BENCHMARK_CAPTURE(compare, normalized, normalized)->Apply(sizes);
BENCHMARK_CAPTURE(compare, gated, gated)->Apply(sizes);

}  // namespace
}  // namespace pare
