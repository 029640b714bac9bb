// Float 3x3 convolutions by minimal filtering beside oneDNN's direct ones, one thread, in turns, on
// the layers of known networks. Counters: medians in microseconds, their spread (distance of the
// quartiles over the median), GFLOP/s of the definition, the share of the machine's own peak of
// multiply-adds that oneDNN reaches, and the quotient of the times (below 1 = faster than oneDNN).
// With PARE_BENCH_COLD the caches are emptied before every run, as the other layers of a large
// network do.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/winograd/winograd.hpp"
#include "runtime/onednn.hpp"

namespace {

namespace onednn = pare::onednn;
using Clock = std::chrono::steady_clock;

struct Layer {
  const char* network;
  std::int64_t side, channels, outputs;
};

constexpr Layer kLayers[] = {
    {"resnet18", 56, 64, 64},    {"resnet18", 28, 128, 128},  {"resnet18", 14, 256, 256},
    {"resnet18", 7, 512, 512},   {"squeezenet", 55, 16, 64},  {"squeezenet", 27, 32, 128},
    {"squeezenet", 13, 48, 192}, {"squeezenet", 13, 64, 256}, {"resnet20", 32, 16, 16},
    {"resnet20", 16, 32, 32},    {"resnet20", 8, 64, 64},     {"vgg", 224, 64, 64},
    {"yolo", 80, 64, 64},        {"yolo", 20, 256, 256},      {"small", 32, 8, 8},
    {"small", 32, 4, 16},        {"small", 6, 128, 128},      {"small", 4, 256, 256},
    {"small", 3, 256, 256}};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double quantile(std::vector<double> v, double at) {
  std::sort(v.begin(), v.end());
  return v[static_cast<std::size_t>(at * static_cast<double>(v.size() - 1))];
}

#if defined(__x86_64__)
/// Multiply-adds on registers alone, GFLOP/s: the best of some tries.
__attribute__((target("avx512f"))) double peak_of_fma() {
  constexpr std::int64_t kRounds = 5'000'000;
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const auto begin = Clock::now();
    for (std::int64_t i = 0; i < kRounds; ++i) {
      __asm__ volatile(
          "vfmadd231ps %%zmm30, %%zmm31, %%zmm0\n vfmadd231ps %%zmm30, %%zmm31, %%zmm1\n"
          "vfmadd231ps %%zmm30, %%zmm31, %%zmm2\n vfmadd231ps %%zmm30, %%zmm31, %%zmm3\n"
          "vfmadd231ps %%zmm30, %%zmm31, %%zmm4\n vfmadd231ps %%zmm30, %%zmm31, %%zmm5\n"
          "vfmadd231ps %%zmm30, %%zmm31, %%zmm6\n vfmadd231ps %%zmm30, %%zmm31, %%zmm7\n"
          "vfmadd231ps %%zmm30, %%zmm31, %%zmm8\n vfmadd231ps %%zmm30, %%zmm31, %%zmm9\n"
          "vfmadd231ps %%zmm30, %%zmm31, %%zmm10\n vfmadd231ps %%zmm30, %%zmm31, %%zmm11\n"
          :
          :
          : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
            "xmm11");
    }
    best = std::max(best, 12.0 * 32 * kRounds / seconds_since(begin) / 1e9);
  }
  return best;
}
double peak() {
  static const double kPeak = __builtin_cpu_supports("avx512f") ? peak_of_fma() : 0;
  return kPeak;
}
#else
double peak() { return 0; }
#endif

/// The two ways to run a layer.
class Contest {
 public:
  explicit Contest(const Layer& l)
      : src_(image(l.side, l.channels)), dst_(image(l.side, l.outputs)) {
    pare::Rng rng(7);
    const auto fill = [&](std::int64_t n) {
      std::vector<float> v(static_cast<std::size_t>(n));
      for (float& x : v) x = static_cast<float>(rng.normal());
      return v;
    };
    x_ = fill(l.side * l.side * l.channels);
    y_ = fill(l.side * l.side * l.outputs);
    const std::vector<float> weights = fill(l.outputs * l.channels * 9);
    bias_ = fill(l.outputs);
    const onednn::Dims dims = {l.outputs, l.channels, 3, 3};
    const onednn::Desc bias({l.outputs}, onednn::Type::f32, onednn::Tag::a);
    const dnnl::convolution_forward::primitive_desc pd({dnnl::prop_kind::forward_inference,
                                                        dnnl::algorithm::convolution_direct,
                                                        src_,
                                                        onednn::any(onednn::Type::f32, dims),
                                                        bias,
                                                        dst_,
                                                        {1, 1},
                                                        {1, 1},
                                                        {1, 1}},
                                                       onednn::engine());
    direct_ = dnnl::convolution_forward(pd);
    arguments_ = {{DNNL_ARG_SRC, dnnl::memory(src_, onednn::engine(), x_.data())},
                  {DNNL_ARG_DST, dnnl::memory(dst_, onednn::engine(), y_.data())},
                  {DNNL_ARG_BIAS, dnnl::memory(bias, onednn::engine(), bias_.data())},
                  {DNNL_ARG_WEIGHTS,
                   onednn::packed(onednn::Type::f32, dims, weights.data(), pd.weights_desc())}};
    const pare::WinogradSizes sizes{1, l.side, l.side, l.channels, l.outputs, l.side, l.side, 1, 1};
    for (const int side : {4, 2}) {
      filtered_.push_back(
          std::make_unique<pare::WinogradConv>(sizes, side, weights, bias_, pare::WinogradPosts{}));
      scratch_.emplace_back(
          pare::ElementKind::u8,
          pare::Shape{static_cast<std::int64_t>(filtered_.back()->scratch_bytes())});
    }
    if (std::getenv("PARE_BENCH_COLD") != nullptr) other_.resize(64U << 20U);
  }

  /// 0 = oneDNN, 1 = tiles of 4x4, 2 = tiles of 2x2.
  double run(std::size_t way) {
    for (std::size_t i = 0; i < other_.size(); i += 64) ++other_[i];
    const auto begin = Clock::now();
    if (way == 0) {
      direct_.execute(stream_, arguments_);
      stream_.wait();
    } else {
      filtered_[way - 1]->run(std::as_bytes(std::span(x_)).data(), nullptr,
                              std::as_writable_bytes(std::span(y_)).data(),
                              scratch_[way - 1].mutable_bytes().data());
    }
    benchmark::DoNotOptimize(y_.data());
    return seconds_since(begin);
  }

 private:
  static onednn::Desc image(std::int64_t side, std::int64_t channels) {
    return onednn::desc_of(onednn::Type::f32, {1, channels, side, side},
                           pare::Layout::channels_last);
  }

  onednn::Desc src_, dst_;
  std::vector<float> x_, y_, bias_;
  dnnl::convolution_forward direct_;
  std::unordered_map<int, dnnl::memory> arguments_;
  dnnl::stream stream_{onednn::engine()};
  std::vector<std::unique_ptr<pare::WinogradConv>> filtered_;
  std::vector<pare::Tensor> scratch_;
  std::vector<unsigned char> other_;
};

void in_turns(benchmark::State& state, const Layer& layer) {
  pare::set_threads(1);
  Contest contest(layer);
  std::array<std::vector<double>, 3> times;
  for (auto _ : state) {
    for (std::size_t way = 0; way < 3; ++way) times[way].push_back(contest.run(way));
  }
  const double flops = 2.0 * 9 * static_cast<double>(layer.side * layer.side) *
                       static_cast<double>(layer.channels * layer.outputs);
  std::array<double, 3> median{};
  for (std::size_t way = 0; way < 3; ++way) median[way] = quantile(times[way], 0.5);
  state.counters["onednn_us"] = median[0] * 1e6;
  state.counters["onednn_gflops"] = flops / median[0] / 1e9;
  if (peak() > 0) state.counters["onednn_share"] = flops / median[0] / 1e9 / peak();
  state.counters["f4_us"] = median[1] * 1e6;
  state.counters["f2_us"] = median[2] * 1e6;
  state.counters["f4_time"] = median[1] / median[0];
  state.counters["f2_time"] = median[2] / median[0];
  state.counters["spread"] = (quantile(times[1], 0.75) - quantile(times[1], 0.25)) / median[1];
}

const int kRegistered = [] {
  for (const Layer& layer : kLayers) {
    benchmark::RegisterBenchmark(pare::cat(layer.network, "/", layer.side, "x", layer.side, "/",
                                           layer.channels, "to", layer.outputs)
                                     .c_str(),
                                 in_turns, layer)
        ->Unit(benchmark::kMicrosecond)
        ->MinTime(0.3);
  }
  return 0;
}();

}  // namespace
