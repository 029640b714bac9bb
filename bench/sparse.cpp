// Products with sparse weights (lists of nonzero words) beside oneDNN's dense product, in turns.
// Arguments: rows M, depth K, columns N, zeros in 1/1000, threads. Counters: medians in ms, ratio
// (dense time over sparse time: above 1 = the lists are faster), gflops (2 M K N over the sparse
// time: the dense work that was done), spread (distance of the quartiles over the median).
//
// bench_sparse --benchmark_filter='float_scattered' --benchmark_counters_tabular=true

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/sparse/sparse.hpp"
#include "kernels/view.hpp"
#include "runtime/onednn.hpp"

namespace {

namespace onednn = pare::onednn;
using pare::ElementKind;
using pare::Tensor;

/// Bytes that a round goes through, so that weights come from where those of a model come from.
constexpr double kFootprint = 64e6;

/// Zeros in blocks of `down` values of k times `across` columns; `two_of_four`: of 4 values of k
/// two are zeros.
struct Pattern {
  const char* name;
  std::int64_t down = 1, across = 1;
  bool two_of_four = false;
};
constexpr Pattern kPatterns[] = {{"scattered"},
                                 {"blocks_16_columns", 1, 16},
                                 {"blocks_4_rows", 4, 1},
                                 {"blocks_4x4", 4, 4},
                                 {"two_of_four", 1, 1, true}};

std::vector<std::int8_t> weights(const Pattern& p, std::int64_t k, std::int64_t n, double zeros) {
  pare::Rng rng(5);
  std::vector<std::int8_t> w(static_cast<std::size_t>(k * n), 0);
  const auto value = [&] { return static_cast<std::int8_t>(1 + rng.below(127)); };
  if (p.two_of_four) {
    for (std::int64_t c = 0; c < n; ++c) {
      for (std::int64_t r = 0; r + 4 <= k; r += 4) {
        const auto first = static_cast<std::int64_t>(rng.below(4));
        const auto other = (first + 1 + static_cast<std::int64_t>(rng.below(3))) % 4;
        w[static_cast<std::size_t>((r + first) * n + c)] = value();
        w[static_cast<std::size_t>((r + other) * n + c)] = value();
      }
    }
    return w;
  }
  for (std::int64_t r = 0; r < k; r += p.down) {
    for (std::int64_t c = 0; c < n; c += p.across) {
      if (rng.uniform() < zeros) continue;
      for (std::int64_t i = r; i < std::min(k, r + p.down); ++i) {
        for (std::int64_t j = c; j < std::min(n, c + p.across); ++j) {
          w[static_cast<std::size_t>(i * n + j)] = value();
        }
      }
    }
  }
  return w;
}

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

/// oneDNN's product with weights in the order that it likes best; copies of them in turns.
class Dense {
 public:
  Dense(const void* w, bool integers, std::int64_t m, std::int64_t k, std::int64_t n) {
    const auto x_type = integers ? onednn::Type::u8 : onednn::Type::f32;
    const auto w_type = integers ? onednn::Type::s8 : onednn::Type::f32;
    const auto src = onednn::plain(x_type, {m, k});
    const auto dst = onednn::plain(onednn::Type::f32, {m, n});
    const dnnl::matmul::desc d(src, onednn::any(w_type, {k, n}), dst);
    auto attr = onednn::attributes();
    if (integers) {
      attr.set_output_scales(1 << 1, std::vector<float>(static_cast<std::size_t>(n), 0.01F));
    }
    const dnnl::matmul::primitive_desc pd(d, attr, onednn::engine());
    const double bytes = (integers ? 1.0 : 4.0) * static_cast<double>(k * n);
    for (double sum = 0; sum < kFootprint; sum += bytes) {
      auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::matmul(pd));
      kernel->bind_input(DNNL_ARG_SRC, src, 0);
      kernel->bind_output(DNNL_ARG_DST, dst);
      kernel->bind_scratch(pd.scratchpad_desc());
      kernel->bind_constant(DNNL_ARG_WEIGHTS, onednn::packed(w_type, {k, n}, w, pd.weights_desc()));
      kernels_.push_back(std::move(kernel));
      if (m > 64 && kernels_.size() >= 4) break;
    }
    scratch_ =
        Tensor(ElementKind::u8, {static_cast<std::int64_t>(pd.scratchpad_desc().get_size()) + 1});
  }
  void run(std::byte* in, std::byte* out) {
    kernels_[at_++ % kernels_.size()]->run({{&in, 1}, {&out, 1}, scratch_.mutable_bytes().data()});
  }
  [[nodiscard]] std::size_t copies() const { return kernels_.size(); }

 private:
  std::vector<std::unique_ptr<onednn::PrimitiveKernel>> kernels_;
  std::size_t at_ = 0;
  Tensor scratch_;
};

/// The kernels of the instruction set that the library uses (ONEDNN_MAX_CPU_ISA=AVX2 lowers it).
const pare::SparseKernels& same_isa() {
  if (dnnl::get_effective_cpu_isa() != dnnl::cpu_isa::avx2) return pare::best_sparse_kernels();
  for (const pare::SparseKernels* k : pare::sparse_kernels()) {
    if (k->isa == "avx2") return *k;
  }
  return pare::best_sparse_kernels();
}

void product(benchmark::State& state, const Pattern& pattern, bool integers) {
  const std::int64_t m = state.range(0);
  const std::int64_t k = state.range(1);
  const std::int64_t n = state.range(2);
  pare::set_threads(static_cast<int>(state.range(4)));
  const std::vector<std::int8_t> codes =
      weights(pattern, k, n, static_cast<double>(state.range(3)) / 1000);
  const std::vector<float> floats(codes.begin(), codes.end());
  pare::Rng rng(7);
  Tensor x(integers ? ElementKind::u8 : ElementKind::f32, {m, k});
  if (integers) {
    for (std::byte& b : x.mutable_bytes()) b = static_cast<std::byte>(rng.below(256));
  } else {
    for (float& v : x.mutable_data<float>()) v = static_cast<float>(rng.normal());
  }
  pare::SparseSource source{k, n, n, 1, integers ? nullptr : floats.data(), codes.data()};
  const void* data = integers ? static_cast<const void*>(codes.data()) : floats.data();
  Dense dense(data, integers, m, k, n);
  std::vector<pare::SparseMatrix> lists;
  double sum = 0;
  do {
    lists.emplace_back(source, same_isa());
    sum += static_cast<double>(lists.back().bytes()) + 1;
  } while (sum < kFootprint && lists.size() < dense.copies());
  const std::int64_t threads = pare::threads();
  Tensor scratch(ElementKind::u8, {static_cast<std::int64_t>(lists[0].scratch_bytes(m, threads))});
  Tensor a(ElementKind::f32, {m, n});
  Tensor b(ElementKind::f32, {m, n});
  const std::vector<float> scale(static_cast<std::size_t>(n), 0.01F);
  const std::vector<std::int32_t> offset(static_cast<std::size_t>(n), 0);
  pare::SparseFinish finish;
  finish.scale = scale.data();
  finish.offset = offset.data();
  std::size_t turn = 0;
  const auto run_lists = [&] {
    lists[turn++ % lists.size()].multiply(x.bytes().data(), m, finish, b.mutable_bytes().data(),
                                          scratch.mutable_bytes().data(), threads);
  };
  dense.run(x.mutable_bytes().data(), a.mutable_bytes().data());
  run_lists();
  const auto want = a.data<float>();
  const auto got = b.data<float>();
  float peak = 0;
  for (const float v : want) peak = std::max(peak, v < 0 ? -v : v);
  for (std::size_t i = 0; i < want.size(); ++i) {
    const float apart = want[i] - got[i];
    if (!(apart * apart <= 1e-8F * peak * peak)) {
      state.SkipWithError("wrong results");
      return;
    }
  }
  std::vector<double> dense_ms;
  std::vector<double> list_ms;
  for ([[maybe_unused]] const auto step : state) {
    dense_ms.push_back(
        run_ms([&] { dense.run(x.mutable_bytes().data(), a.mutable_bytes().data()); }));
    list_ms.push_back(run_ms(run_lists));
  }
  const double d = quantile(dense_ms, 0.5);
  const double s = quantile(list_ms, 0.5);
  const double flops = 2e-6 * static_cast<double>(m) * static_cast<double>(k * n);
  state.counters["dense_ms"] = d;
  state.counters["sparse_ms"] = s;
  state.counters["ratio"] = d / s;
  state.counters["gflops"] = flops / s;
  state.counters["dense_gflops"] = flops / d;
  state.counters["spread"] = (quantile(list_ms, 0.75) - quantile(list_ms, 0.25)) / s;
  state.counters["density"] = pare::count_sparse(source).density();
}

const int kRegistered = [] {
  for (const Pattern& p : kPatterns) {
    for (const bool integers : {false, true}) {
      const std::string name = pare::cat(integers ? "int8_" : "float_", p.name);
      auto* b = benchmark::RegisterBenchmark(
          name.c_str(), [&p, integers](benchmark::State& s) { product(s, p, integers); });
      for (const std::int64_t m : {1, 8, 16, 50, 128, 1024, 3000}) {
        for (const auto& [k, n] : {std::pair<int, int>{64, 64},
                                   {128, 64},
                                   {256, 64},
                                   {256, 256},
                                   {768, 768},
                                   {768, 3072},
                                   {3072, 768}}) {
          for (const std::int64_t zeros : {500, 700, 800, 900, 950, 980}) {
            if (p.two_of_four && zeros != 500) continue;
            for (const std::int64_t threads : {1, 2}) b->Args({m, k, n, zeros, threads});
          }
        }
      }
      b->ArgNames({"M", "K", "N", "zeros", "threads"})
          ->Iterations(15)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return 0;
}();

}  // namespace
