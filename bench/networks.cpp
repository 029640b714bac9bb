// Whole networks, float against int8. The two run in turns, so that both see the same machine; the
// medians, the spread (distance of the quartiles over the median) and the quotient are counters.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "networks.hpp"
#include "numerics/stats.hpp"
#include "ops/registry.hpp"
#include "runtime/session.hpp"

namespace {

using pare::ElementKind;
using pare::Session;
using pare::Tensor;
using pare::bench::Network;
using Build = void (*)(Network&, std::int64_t);

std::unique_ptr<Session> session_of(Build build, bool int8, std::int64_t side, int threads) {
  Network n(int8, 7);
  build(n, side);
  pare::SessionOptions options;
  options.threads = threads;
  return Session::create(n.graph, pare::op_registry(), options);
}

Tensor picture(std::int64_t side) {
  pare::Rng rng(3);
  Tensor t(ElementKind::f32, {1, 3, side, side});
  for (float& x : t.mutable_data<float>()) x = 4 * rng.uniform() - 2;
  return t;
}

/// On a small picture the float network must agree with the reference kernels, and the int8 one
/// with what its Q/DQ nodes say.
void check(Build build) {
  constexpr std::int64_t kSide = 35;
  for (const bool int8 : {false, true}) {
    Network n(int8, 7);
    build(n, kSide);
    const Tensor x = picture(kSide);
    const Tensor want = pare::interpret(n.graph, pare::op_registry(), {x})[0];
    const Tensor got = Session::create(n.graph, pare::op_registry(), {})->run({x})[0];
    const double db = pare::compare(want.data<float>(), got.data<float>()).sqnr_db();
    if (db < (int8 ? 30 : 90)) throw std::runtime_error(pare::cat("wrong results: ", db, " dB"));
  }
}

double run_ms(Session& session, const Tensor& x) {
  const auto begin = std::chrono::steady_clock::now();
  benchmark::DoNotOptimize(session.run({x}));
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

struct Summary {
  double median = 0;
  double spread = 0;
};

Summary summary(std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  const double median = ms[ms.size() / 2];
  return {median, (ms[ms.size() * 3 / 4] - ms[ms.size() / 4]) / median};
}

void float_against_int8(benchmark::State& state, Build build) {
  constexpr std::int64_t kSide = 224;
  const auto threads = static_cast<int>(state.range(0));
  check(build);
  const auto plain = session_of(build, false, kSide, threads);
  const auto quantized = session_of(build, true, kSide, threads);
  const Tensor x = picture(kSide);
  for (int warm = 0; warm < 3; ++warm) {
    run_ms(*plain, x);
    run_ms(*quantized, x);
  }
  std::vector<double> a;
  std::vector<double> b;
  for ([[maybe_unused]] const auto step : state) {
    a.push_back(run_ms(*plain, x));
    b.push_back(run_ms(*quantized, x));
  }
  const Summary f = summary(a);
  const Summary q = summary(b);
  state.counters["float_ms"] = f.median;
  state.counters["float_spread"] = f.spread;
  state.counters["int8_ms"] = q.median;
  state.counters["int8_spread"] = q.spread;
  state.counters["int8_over_float"] = q.median / f.median;
}

BENCHMARK_CAPTURE(float_against_int8, squeezenet, pare::bench::squeezenet)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(float_against_int8, resnet18, pare::bench::resnet)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(float_against_int8, mobilenet, pare::bench::mobilenet)->Arg(1)->Arg(2);

}  // namespace
