// What transformers spend their time on beside large products: attention, normalisation, softmax,
// activations, products of few rows. One thread. Counters: GFLOP/s; GB/s that are read and
// written, and their share of what adding two rows in the same cache reaches.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/attention/attention.hpp"
#include "kernels/functions/functions.hpp"
#include "kernels/norm/norm.hpp"
#include "kernels/view.hpp"
#include "ops/registry.hpp"
#include "runtime/session.hpp"

namespace {

using pare::Act;
using pare::Tensor;

std::vector<float> numbers(std::int64_t n) {
  pare::Rng rng(1);
  std::vector<float> x(static_cast<std::size_t>(n));
  for (float& v : x) v = static_cast<float>(rng.normal());
  return x;
}

double seconds_of(const std::function<void()>& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Median seconds of a run; the counters of benchmark are means.
double measure(benchmark::State& state, const std::function<void()>& body) {
  pare::set_threads(1);
  body();
  std::vector<double> times;
  for (auto _ : state) times.push_back(seconds_of(body));
  pare::set_threads(0);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

/// Bytes per second of adding two rows in the same cache: reads two, writes one.
double copy_rate(std::int64_t n) {
  const pare::NormKernels& k = *pare::norm_kernels().front();
  const std::vector<float> a = numbers(n);
  const std::vector<float> b = numbers(n);
  std::vector<float> y(a.size());
  double best = 1e9;
  for (int i = 0; i < 40; ++i) {
    best = std::min(best, seconds_of([&] { k.add(a.data(), b.data(), nullptr, y.data(), n); }));
  }
  return 12 * static_cast<double>(n) / best;
}

/// Rows of a sequence of 128: what a layer of BERT-base has.
void rows(benchmark::State& state, std::int64_t width,
          const std::function<void(const float*, float*)>& row) {
  constexpr std::int64_t kRows = 128;
  const std::int64_t n = kRows * width;
  const std::vector<float> x = numbers(n);
  std::vector<float> y(x.size());
  const double time = measure(state, [&] {
    for (std::int64_t r = 0; r < kRows; ++r) row(x.data() + r * width, y.data() + r * width);
  });
  const double rate = 8 * static_cast<double>(n) / time;
  state.counters["us"] = time * 1e6;
  state.counters["GB/s"] = rate * 1e-9;
  state.counters["of_add"] = rate / copy_rate(n);
}

void layer_norm(benchmark::State& state) {
  const pare::NormKernels& k = *pare::norm_kernels().front();
  const std::vector<float> scale = numbers(768);
  rows(state, 768, [&](const float* x, float* y) {
    float statistics[2];
    k.normalize(x, y, 768, {scale.data(), scale.data(), 1e-5F, true}, statistics);
  });
}
BENCHMARK(layer_norm);

void softmax(benchmark::State& state) {
  const pare::NormKernels& k = *pare::norm_kernels().front();
  const std::int64_t width = state.range(0);
  rows(state, width, [&](const float* x, float* y) { k.softmax(x, y, width); });
}
BENCHMARK(softmax)->Arg(128)->Arg(1000)->Arg(30522);

void function(benchmark::State& state, Act act) {
  const pare::FunctionFn fn = function_of(*pare::function_kernels().front(), act);
  rows(state, 3072, [&](const float* x, float* y) { fn(x, y, 3072, 1); });
}
BENCHMARK_CAPTURE(function, gelu_erf, Act::gelu_erf);
BENCHMARK_CAPTURE(function, gelu_tanh, Act::gelu_tanh);
BENCHMARK_CAPTURE(function, swish, Act::swish);
BENCHMARK_CAPTURE(function, sigmoid, Act::sigmoid);
BENCHMARK_CAPTURE(function, tanh, Act::tanh);
BENCHMARK_CAPTURE(function, exp, Act::exp);
BENCHMARK_CAPTURE(function, erf, Act::erf);

/// Seconds of y = A B for [m, k] and constant [k, n] by the session, with so many copies of the
/// weights that they are read from memory.
double product_seconds(benchmark::State& state, std::int64_t m, std::int64_t k, std::int64_t n,
                       bool bf16) {
  const double footprint = 64e6;
  const auto copies = static_cast<int>(std::ceil(footprint / (4.0 * static_cast<double>(k * n))));
  pare::set_threads(1);
  std::vector<std::unique_ptr<pare::Session>> sessions;
  const Tensor x = Tensor::of<float>({m, k}, numbers(m * k));
  for (int i = 0; i < copies; ++i) {
    pare::Graph graph;
    pare::Value* in = graph.add_input("x", pare::ValueType(x.type(), pare::to_symbolic(x.shape())));
    pare::Value* w = graph.add_constant(Tensor::of<float>({k, n}, numbers(k * n)), "w");
    graph.add_output(graph.add_node({.op = "MatMul", .inputs = {in, w}})->output());
    pare::SessionOptions options;
    options.allow_bf16 = bf16;
    sessions.push_back(pare::Session::create(graph, pare::op_registry(), options));
    sessions.back()->run({x});
  }
  const double time = measure(state, [&] {
    for (const auto& s : sessions) s->run({x});
  });
  return time / copies;
}

void few_rows(benchmark::State& state) {
  const std::int64_t m = state.range(0);
  const std::int64_t k = state.range(1);
  const std::int64_t n = state.range(2);
  const double time = product_seconds(state, m, k, n, state.range(3) != 0);
  const double bytes = (state.range(3) != 0 ? 2.0 : 4.0) * static_cast<double>(k * n);
  state.counters["us"] = time * 1e6;
  state.counters["GB/s"] = bytes / time * 1e-9;
  state.counters["GFLOP/s"] = 2 * static_cast<double>(m * k * n) / time * 1e-9;
}
BENCHMARK(few_rows)->ArgsProduct({{1, 2, 4, 8, 16}, {2048}, {2048}, {0, 1}})->Iterations(5);

/// The heads of BERT-base.
void attention(benchmark::State& state, const pare::AttentionKernels* kernels) {
  if (kernels == nullptr) {
    state.SkipWithError("no such products");
    return;
  }
  pare::AttentionShape s;
  s.heads = 12;
  s.queries = s.keys = state.range(0);
  s.size = s.value_size = 64;
  s.q = s.k = s.v = s.y = {s.queries * 768, 64, 768, 1};
  s.scale = 0.125F;
  pare::set_threads(1);
  const pare::Attention kernel(s, *kernels);
  const std::vector<float> q = numbers(s.queries * 768);
  std::vector<float> y(q.size());
  std::vector<float> scratch(kernel.scratch_bytes() / sizeof(float) + 16);
  const pare::AttentionOperands o = {q.data(), q.data(), q.data(), nullptr, y.data()};
  auto* at = pare::view<std::byte>(std::as_writable_bytes(std::span(scratch)).data());
  const double time = measure(state, [&] { kernel.run(o, at); });
  const double flops = 4.0 * static_cast<double>(s.queries * s.keys * 64 * 12);
  state.counters["us"] = time * 1e6;
  state.counters["GFLOP/s"] = flops / time * 1e-9;
}
BENCHMARK_CAPTURE(attention, f32, pare::attention_kernels().front())
    ->Arg(64)
    ->Arg(128)
    ->Arg(384)
    ->Arg(1024);
BENCHMARK_CAPTURE(attention, bf16, pare::bf16_attention_kernels())
    ->Arg(64)
    ->Arg(128)
    ->Arg(384)
    ->Arg(1024);

}  // namespace
