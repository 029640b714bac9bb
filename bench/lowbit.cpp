// Products with packed low-bit weights beside oneDNN's float32 product, one thread, in turns. Each
// side walks through copies of its weights that together are larger than the last-level cache, as
// the layers of a model do. Counters: medians, spreads (distance of the quartiles over the median),
// GB/s of packed weights, and float time over packed time (above 1 = faster than float32). `read`
// is how fast this machine reads memory at all.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/dots/dots.hpp"
#include "kernels/lowbit/lowbit.hpp"
#include "kernels/view.hpp"
#include "ops/registry.hpp"
#include "runtime/onednn.hpp"
#include "runtime/session.hpp"

namespace {

namespace onednn = pare::onednn;
using pare::DotMatrix;
using pare::ElementKind;
using pare::LowbitMatrix;
using pare::Tensor;

constexpr double kFootprint = 96e6;  // bytes that a round goes through

struct Format {
  const char* name;
  std::vector<float> levels;
  std::int64_t block;
  bool zeros = false;
  bool dense = false;
};

std::vector<float> integers(int least, int count) {
  std::vector<float> v(static_cast<std::size_t>(count));
  std::iota(v.begin(), v.end(), static_cast<float>(least));
  return v;
}

std::vector<float> sampled(std::size_t count) {
  std::vector<float> v;
  for (std::size_t i = 0; i < count; ++i) v.push_back(std::sin(static_cast<float>(3 * i + 1)));
  return v;
}

/// Codes with sign, exponent (bias 7) and 3 bits of mantissa.
std::vector<float> e4m3() {
  std::vector<float> v;
  for (int c = 0; c < 256; ++c) {
    const int e = c / 8 % 16;
    const double size = std::ldexp(c % 8 + (e > 0 ? 8 : 0), std::max(e, 1) - 10);
    v.push_back(static_cast<float>(c < 128 ? size : -size));
  }
  return v;
}

const std::vector<Format>& formats() {
  static const std::vector<Format> kAll = {{"int8_column", integers(-128, 256), 0},
                                           {"int8_b32", integers(-128, 256), 32},
                                           {"e4m3_column", e4m3(), 0},
                                           {"table256_b64", sampled(256), 64},
                                           {"int4_b32", integers(-8, 16), 32},
                                           {"uint4_zeros_b128", integers(0, 16), 128, true},
                                           {"table16_b64", sampled(16), 64},
                                           {"table16_b16", sampled(16), 16},
                                           {"int2_b64", integers(-2, 4), 64},
                                           {"ternary_2bit", integers(-1, 3), 0},
                                           {"ternary_base3", integers(-1, 3), 0, false, true}};
  return kAll;
}

/// oneDNN's product with weights in the order that it likes best.
class FloatProduct {
 public:
  FloatProduct(const std::vector<float>& w, std::int64_t m, std::int64_t k, std::int64_t n)
      : y_(static_cast<std::size_t>(m * n)) {
    const auto src = onednn::plain(onednn::Type::f32, {m, k});
    const auto dst = onednn::plain(onednn::Type::f32, {m, n});
    const dnnl::matmul::desc d(src, onednn::any(onednn::Type::f32, {k, n}), dst);
    const dnnl::matmul::primitive_desc pd(d, onednn::attributes(), onednn::engine());
    const double bytes = 4.0 * static_cast<double>(w.size());
    for (double sum = 0; sum < kFootprint; sum += bytes) {
      auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::matmul(pd));
      kernel->bind_input(DNNL_ARG_SRC, src, 0);
      kernel->bind_output(DNNL_ARG_DST, dst);
      kernel->bind_scratch(pd.scratchpad_desc());
      kernel->bind_constant(DNNL_ARG_WEIGHTS,
                            onednn::packed(onednn::Type::f32, {k, n}, w.data(), pd.weights_desc()));
      kernels_.push_back(std::move(kernel));
    }
    scratch_ =
        Tensor(ElementKind::u8, {static_cast<std::int64_t>(pd.scratchpad_desc().get_size())});
  }
  void run(Tensor& x) {
    std::byte* in = x.mutable_bytes().data();
    void* raw = y_.data();
    auto* out = static_cast<std::byte*>(raw);
    kernels_[at_++ % kernels_.size()]->run({{&in, 1}, {&out, 1}, scratch_.mutable_bytes().data()});
  }
  [[nodiscard]] const std::vector<float>& y() const { return y_; }

 private:
  std::vector<std::unique_ptr<onednn::PrimitiveKernel>> kernels_;
  std::size_t at_ = 0;
  std::vector<float> y_;
  Tensor scratch_;
};

/// Products with rows in float32 (LowbitMatrix) or made 8-bit integers (DotMatrix).
template <class Matrix>
class PackedProduct {
 public:
  PackedProduct(const pare::LowbitSource& source, std::int64_t m)
      : m_(m), y_(static_cast<std::size_t>(m * source.n)) {
    double sum = 0;
    do {
      copies_.push_back(std::make_unique<Matrix>(source));
      sum += static_cast<double>(copies_.back()->bytes());
    } while (sum < kFootprint);
    scratch_ = Tensor(ElementKind::u8, {static_cast<std::int64_t>(copies_[0]->scratch_bytes(m))});
  }
  void run(const Tensor& x) {
    copies_[at_++ % copies_.size()]->multiply(x.data<float>().data(), m_, nullptr, y_.data(),
                                              scratch_.mutable_bytes().data());
  }
  [[nodiscard]] const std::vector<float>& y() const { return y_; }
  [[nodiscard]] double bytes() const { return static_cast<double>(copies_[0]->bytes()); }

 private:
  std::int64_t m_;
  std::vector<std::unique_ptr<Matrix>> copies_;
  std::size_t at_ = 0;
  std::vector<float> y_;
  Tensor scratch_;
};

template <class Fn>
double run_ms(Fn&& fn) {
  const auto begin = std::chrono::steady_clock::now();
  fn();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double quantile(std::vector<double> v, double at) {
  std::sort(v.begin(), v.end());
  return v[static_cast<std::size_t>(at * static_cast<double>(v.size() - 1))];
}

void check(const std::vector<float>& a, const std::vector<float>& b, double room = 1e-4) {
  double peak = 0;
  for (const float v : a) peak = std::max<double>(peak, std::abs(v));
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= room * peak)) throw std::runtime_error("wrong results");
  }
}

/// `room`: how far results may be from those of floats, as a share of the greatest.
template <class Matrix>
void in_turns(benchmark::State& state, const Format& f, double room) {
  const std::int64_t m = state.range(0);
  const std::int64_t k = state.range(1);
  const std::int64_t n = state.range(2);
  pare::set_threads(static_cast<int>(state.range(3)));
  pare::Rng rng(5);
  const std::int64_t block = f.block == 0 ? k : f.block;
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(k * n));
  for (auto& c : codes) c = static_cast<std::uint8_t>(rng.below(f.levels.size()));
  std::vector<float> scales(static_cast<std::size_t>(k / block * n));
  for (float& s : scales) s = 0.5F + static_cast<float>(rng.uniform());
  std::vector<float> zeros(f.zeros ? scales.size() : 0);
  for (float& z : zeros) z = static_cast<float>(rng.below(f.levels.size()));
  std::vector<float> w(codes.size());
  for (std::size_t i = 0; i < w.size(); ++i) {
    const auto at = i / static_cast<std::size_t>(n * block) * static_cast<std::size_t>(n) +
                    i % static_cast<std::size_t>(n);
    w[i] = (f.levels[codes[i]] - (f.zeros ? zeros[at] : 0)) * scales[at];
  }
  Tensor x(ElementKind::f32, {m, k});
  for (float& v : x.mutable_data<float>()) v = static_cast<float>(rng.normal());
  FloatProduct plain(w, m, k, n);
  PackedProduct<Matrix> packed({k, n, codes, f.levels, f.block, scales, zeros, f.dense}, m);
  plain.run(x);
  packed.run(x);
  check(plain.y(), packed.y(), room);
  std::vector<double> a;
  std::vector<double> b;
  for ([[maybe_unused]] const auto step : state) {
    a.push_back(run_ms([&] { plain.run(x); }));
    b.push_back(run_ms([&] { packed.run(x); }));
  }
  const double float_ms = quantile(a, 0.5);
  const double packed_ms = quantile(b, 0.5);
  state.counters["float_ms"] = float_ms;
  state.counters["float_spread"] = (quantile(a, 0.75) - quantile(a, 0.25)) / float_ms;
  state.counters["packed_ms"] = packed_ms;
  state.counters["packed_spread"] = (quantile(b, 0.75) - quantile(b, 0.25)) / packed_ms;
  state.counters["float_GBs"] = 4e-6 * static_cast<double>(k * n) / float_ms;
  state.counters["packed_GBs"] = 1e-6 * packed.bytes() / packed_ms;
  state.counters["float_over_packed"] = float_ms / packed_ms;
}

/// Every cache line once, by the threads of the program.
void read(benchmark::State& state) {
  pare::set_threads(static_cast<int>(state.range(0)));
  constexpr std::int64_t kCount = std::int64_t{1} << 26;
  Tensor t(ElementKind::i32, {kCount});
  std::vector<double> ms;
  const auto data = t.mutable_data<std::int32_t>();
  std::fill(data.begin(), data.end(), 1);
  for ([[maybe_unused]] const auto step : state) {
    ms.push_back(run_ms([&] {
      pare::parallel_for(kCount, kCount / 4, [&](std::int64_t begin, std::int64_t end) {
        std::int32_t sum = 0;  // one value of each cache line
        for (std::int64_t i = begin; i < end; i += 16) sum += data[static_cast<std::size_t>(i)];
        benchmark::DoNotOptimize(sum);
      });
    }));
  }
  state.counters["GBs"] = 4e-6 * static_cast<double>(kCount) / quantile(ms, 0.5);
}
BENCHMARK(read)->Arg(1)->Arg(2)->Iterations(15);

/// A chain of products with weights behind DequantizeLinear (what a graph with low-bit weights is)
/// or with the same weights as floats (what the session made of it before it had packed kernels).
struct Chain {
  pare::Graph graph;
  std::unique_ptr<pare::Session> session;

  Chain(bool packed, ElementKind kind, std::int64_t m, std::int64_t size, std::int64_t layers) {
    pare::Rng rng(9);
    pare::Value* x = graph.add_input(
        "x", pare::ValueType(pare::dtype_of(ElementKind::f32), pare::to_symbolic({m, size})));
    for (std::int64_t i = 0; i < layers; ++i) {
      Tensor q(ElementKind::f32, {size, size});
      for (float& v : q.mutable_data<float>()) v = static_cast<float>(rng.below(15)) - 7;
      Tensor s(ElementKind::f32, {size / 32, size});
      for (float& v : s.mutable_data<float>())
        v = 0.005F + 0.005F * static_cast<float>(rng.uniform());
      pare::Value* codes = graph.add_constant(q.cast(pare::dtype_of(kind)), "q");
      pare::Value* w = graph
                           .add_node({.op = "DequantizeLinear",
                                      .inputs = {codes, graph.add_constant(s, "s")},
                                      .attributes = {{"axis", std::int64_t{0}},
                                                     {"block_size", std::int64_t{32}}}})
                           ->output();
      if (!packed) {
        const std::vector<Tensor> made =
            pare::run_reference(*w->producer(), pare::op_registry(), {codes->constant(), s});
        w = graph.add_constant(made[0], "w");
      }
      x = graph.add_node({.op = "MatMul", .inputs = {x, w}})->output();
      x = graph.add_node({.op = "Relu", .inputs = {x}})->output();
    }
    graph.add_output(x);
    session = pare::Session::create(graph, pare::op_registry(), {});
  }
};

/// Through the whole session: must never be slower than float weights.
void session(benchmark::State& state, ElementKind kind) {
  const std::int64_t m = state.range(0);
  const std::int64_t size = state.range(1);
  pare::set_threads(static_cast<int>(state.range(2)));
  const std::int64_t layers = size >= 1024 ? 20 : 24;
  const Chain plain(false, kind, m, size, layers);
  const Chain packed(true, kind, m, size, layers);
  Tensor x(ElementKind::f32, {m, size});
  pare::Rng rng(3);
  for (float& v : x.mutable_data<float>()) v = static_cast<float>(rng.normal());
  const double plain_first = run_ms([&] { plain.session->run({x}); });
  const double packed_first = run_ms([&] { packed.session->run({x}); });
  check(plain.session->run({x})[0].to_floats(), packed.session->run({x})[0].to_floats());
  std::vector<double> a;
  std::vector<double> b;
  for ([[maybe_unused]] const auto step : state) {
    a.push_back(run_ms([&] { plain.session->run({x}); }));
    b.push_back(run_ms([&] { packed.session->run({x}); }));
  }
  state.SetLabel(packed.session->steps().at(0).kernel);
  state.counters["float_ms"] = quantile(a, 0.5);
  state.counters["packed_ms"] = quantile(b, 0.5);
  state.counters["float_over_packed"] = quantile(a, 0.5) / quantile(b, 0.5);
  state.counters["spread"] = (quantile(b, 0.75) - quantile(b, 0.25)) / quantile(b, 0.5);
  state.counters["float_plan_ms"] = plain_first;
  state.counters["packed_plan_ms"] = packed_first;
  state.counters["float_MB"] = 1e-6 * static_cast<double>(plain.session->weight_bytes());
  state.counters["packed_MB"] = 1e-6 * static_cast<double>(packed.session->weight_bytes());
}

const int kRegistered = [] {
  for (const ElementKind kind : {ElementKind::i4, ElementKind::i8}) {
    auto* b = benchmark::RegisterBenchmark(
        kind == ElementKind::i4 ? "session_int4_b32" : "session_int8_b32",
        [kind](benchmark::State& state) { session(state, kind); });
    for (const std::int64_t size : {64, 256, 512, 1024}) {
      for (const std::int64_t m : {1, 2, 8, 24, 64}) {
        for (const std::int64_t threads : {1, 2}) b->Args({m, size, threads});
      }
    }
    b->ArgNames({"M", "size", "threads"})->Iterations(51)->Unit(benchmark::kMillisecond);
  }
  const auto add = [](const std::string& name, auto run) {
    auto* b = benchmark::RegisterBenchmark(name.c_str(), run);
    for (const std::int64_t k : {1024, 4096}) {
      for (const std::int64_t n : {1024, 4096}) {
        for (const std::int64_t m : {1, 16, 64}) b->Args({m, k, n, 1});
      }
    }
    b->ArgNames({"M", "K", "N", "threads"})->Iterations(31)->Unit(benchmark::kMillisecond);
  };
  for (const Format& f : formats()) {
    add(f.name, [&f](benchmark::State& state) { in_turns<LowbitMatrix>(state, f, 1e-4); });
    const bool integers = f.levels[1] - f.levels[0] == 1 && f.levels.size() > 4;
    if (!integers) continue;
    add(pare::cat("int8_rows_", f.name),
        [&f](benchmark::State& state) { in_turns<DotMatrix>(state, f, 0.03); });
  }
  return 0;
}();

}  // namespace
