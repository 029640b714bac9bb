// LSTMs of some sizes, batch 1: weights in float32 and in 8 bits (DynamicQuantizeLSTM), in turns.
// With PARE_BENCH_MODELS=FOLDER the graphs are written there as ONNX files, for other runtimes.
//
// bench_recurrent [--benchmark_filter=...]; hidden units, then threads in a benchmark's name.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "formats/onnx/writer.hpp"
#include "ops/registry.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

constexpr std::int64_t kSteps = 50;

Tensor numbers(const Shape& shape, float scale) {
  Tensor t(ElementKind::f32, shape);
  Rng rng(1);
  for (float& x : t.mutable_data<float>()) x = scale * static_cast<float>(rng.normal());
  return t;
}

Tensor codes(const Shape& shape) {
  Tensor t(ElementKind::i8, shape);
  Rng rng(2);
  for (auto& x : t.mutable_data<std::int8_t>()) {
    x = static_cast<std::int8_t>(static_cast<int>(rng.below(255)) - 127);
  }
  return t;
}

/// As many inputs as hidden units, both directions.
void add_lstm(Graph& graph, std::int64_t size, bool coded) {
  const Shape shape = {kSteps, 1, size};
  const auto constant = [&](Tensor t) { return graph.add_constant(std::move(t), "c"); };
  NodeSpec spec{
      .op = coded ? "DynamicQuantizeLSTM" : "LSTM",
      .inputs = {graph.add_input("x", ValueType(dtype_of(ElementKind::f32), to_symbolic(shape)))},
      .attributes = {{"hidden_size", size}, {"direction", std::string("bidirectional")}},
      .domain = coded ? "com.microsoft" : ""};
  const Shape weights = coded ? Shape{2, size, 4 * size} : Shape{2, 4 * size, size};
  for (int i = 0; i < 2; ++i) {
    spec.inputs.push_back(constant(coded ? codes(weights) : numbers(weights, 0.05F)));
  }
  spec.inputs.push_back(constant(numbers({2, 8 * size}, 0.1F)));
  if (coded) {
    spec.inputs.insert(spec.inputs.end(), {nullptr, nullptr, nullptr, nullptr});
    for (int i = 0; i < 2; ++i) {
      spec.inputs.push_back(constant(Tensor::of<float>({2}, {0.001F, 0.001F})));
      spec.inputs.push_back(constant(Tensor(ElementKind::i8, {2})));
    }
  }
  graph.add_output(graph.add_node(std::move(spec))->output());
}

void write_model(const Graph& graph, const std::string& name) {
  const char* folder = std::getenv("PARE_BENCH_MODELS");
  if (folder == nullptr) return;
  Model model;
  model.graph = graph.clone();
  onnx::write(model, std::string(folder) + "/" + name + ".onnx", {.opset = 21, .force = true});
}

void lstm(benchmark::State& state) {
  const std::int64_t size = state.range(0);
  SessionOptions options;
  options.threads = static_cast<int>(state.range(1));
  std::unique_ptr<Session> sessions[2];
  for (const bool coded : {false, true}) {
    Graph graph;
    add_lstm(graph, size, coded);
    write_model(graph, std::string(coded ? "lstm_int8_" : "lstm_f32_") + std::to_string(size));
    sessions[coded ? 1 : 0] = Session::create(graph, op_registry(), options);
  }
  const std::vector<RuntimeValue> inputs = {numbers({kSteps, 1, size}, 1)};
  std::vector<double> times[2];
  for (auto _ : state) {
    for (const std::size_t i : {0U, 1U}) {
      const auto start = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(sessions[i]->run_values(inputs));
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      times[i].push_back(time.count());
    }
  }
  const auto median = [](std::vector<double>& v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  const double f32 = median(times[0]);
  const double int8 = median(times[1]);
  state.counters["f32_us"] = f32 * 1e6;
  state.counters["int8_us"] = int8 * 1e6;
  state.counters["int8_of_f32"] = int8 / f32;
}
BENCHMARK(lstm)->ArgsProduct({{64, 128, 256, 512}, {1, 2}})->MinTime(0.3);

}  // namespace
}  // namespace pare
