// Depthwise convolutions of MobileNets, batch 1: kernels of our own beside oneDNN's, one thread, in
// turns, images and weights in the cache as between the layers of a model. Counters: medians in
// microseconds, spreads (distance of the quartiles over the median), GFLOP/s (two operations for
// each product), GB/s of image and result, the time of the library over ours, and how much of this
// machine's limit the work reaches: the greater of arithmetic at its peak and memory at the speed
// of a copy that does not fit the second-level cache.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/depthwise/depthwise_int8.hpp"
#include "runtime/onednn.hpp"

namespace {

namespace onednn = pare::onednn;
using pare::DepthwiseSizes;
using pare::ElementKind;
using pare::Layout;
using pare::Tensor;

struct Case {
  const char* model;
  std::int64_t channels, size, kernel, stride;
};

constexpr Case kCases[] = {
    {"v1", 32, 112, 3, 1}, {"v1", 64, 112, 3, 2}, {"v1", 128, 56, 3, 1}, {"v1", 128, 56, 3, 2},
    {"v1", 256, 28, 3, 1}, {"v1", 256, 28, 3, 2}, {"v1", 512, 14, 3, 1}, {"v1", 512, 14, 3, 2},
    {"v1", 1024, 7, 3, 1}, {"v2", 96, 112, 3, 2}, {"v2", 144, 56, 3, 1}, {"v2", 192, 28, 3, 1},
    {"v2", 384, 14, 3, 1}, {"v2", 960, 7, 3, 1},  {"v3", 16, 112, 3, 1}, {"v3", 72, 56, 3, 1},
    {"v3", 72, 56, 5, 2},  {"v3", 120, 28, 5, 1}, {"v3", 200, 14, 3, 1}, {"v3", 672, 14, 5, 1},
    {"v3", 672, 14, 5, 2}, {"v3", 960, 7, 5, 1}};

DepthwiseSizes sizes_of(const Case& c) {
  DepthwiseSizes s;
  s.channels = c.channels;
  s.in_h = s.in_w = c.size;
  s.kernel_h = s.kernel_w = c.kernel;
  s.stride_h = s.stride_w = c.stride;
  s.top = s.left = c.kernel / 2;
  s.out_h = s.out_w = (c.size - 1) / c.stride + 1;
  return s;
}

double now() {
  const auto t = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(t).count();
}

Tensor filled(ElementKind kind, std::int64_t n) {
  Tensor t(kind, {n});
  pare::Rng rng(1);
  if (kind == ElementKind::f32) {
    for (float& v : t.mutable_data<float>()) v = rng.normal();
  } else {
    for (std::byte& b : t.mutable_bytes()) b = static_cast<std::byte>(rng.below(256));
  }
  return t;
}

/// The library's convolution with relu as the runtime makes it.
class Library {
 public:
  Library(const DepthwiseSizes& s, const Tensor& weights, bool codes) {
    const auto type = codes ? onednn::Type::u8 : onednn::Type::f32;
    const auto weight_type = codes ? onednn::Type::s8 : onednn::Type::f32;
    const onednn::Dims w = {s.channels, 1, 1, s.kernel_h, s.kernel_w};
    const auto src = onednn::desc_of(type, {1, s.channels, s.in_h, s.in_w}, Layout::channels_last);
    const auto dst =
        onednn::desc_of(type, {1, s.channels, s.out_h, s.out_w}, Layout::channels_last);
    const std::int64_t after = (s.out_h - 1) * s.stride_h + s.kernel_h - s.in_h - s.top;
    const dnnl::convolution_forward::desc d(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, src,
        onednn::any(weight_type, w),
        dnnl::memory::desc({s.channels}, onednn::Type::f32, onednn::Tag::a), dst,
        {s.stride_h, s.stride_w}, {0, 0}, {s.top, s.left}, {after, after});
    auto attr = onednn::attributes();
    dnnl::post_ops posts;
    onednn::append(posts, {pare::Act::relu, 0, 0});
    if (codes) {
      attr.set_output_scales(2, std::vector<float>(static_cast<std::size_t>(s.channels), 0x1p-9F));
      attr.set_zero_points(DNNL_ARG_SRC, 0, {3});
    } else {
      attr.set_post_ops(posts);
    }
    const dnnl::convolution_forward::primitive_desc pd(d, attr, onednn::engine());
    kernel_ = std::make_unique<onednn::PrimitiveKernel>(dnnl::convolution_forward(pd));
    kernel_->bind_input(DNNL_ARG_SRC, src, 0);
    kernel_->bind_output(DNNL_ARG_DST, dst);
    kernel_->bind_scratch(pd.scratchpad_desc());
    kernel_->bind_constant(DNNL_ARG_WEIGHTS, onednn::packed(weight_type, w, weights.bytes().data(),
                                                            pd.weights_desc()));
    const std::vector<float> bias(static_cast<std::size_t>(s.channels), 0.5F);
    kernel_->bind_constant(
        DNNL_ARG_BIAS,
        onednn::packed(onednn::Type::f32, {s.channels}, bias.data(),
                       dnnl::memory::desc({s.channels}, onednn::Type::f32, onednn::Tag::a)));
    scratch_ =
        Tensor(ElementKind::u8, {static_cast<std::int64_t>(pd.scratchpad_desc().get_size()) + 1});
  }
  void run(std::byte* x, std::byte* y) {
    kernel_->run({{&x, 1}, {&y, 1}, scratch_.mutable_bytes().data()});
  }

 private:
  std::unique_ptr<onednn::PrimitiveKernel> kernel_;
  Tensor scratch_;
};

/// GFLOP/s of the library's product of two matrices that fit the cache: the peak in practice.
double peak(bool codes) {
  constexpr std::int64_t kSize = 512;
  const auto a = onednn::plain(codes ? onednn::Type::u8 : onednn::Type::f32, {kSize, kSize});
  const auto b = codes ? onednn::Type::s8 : onednn::Type::f32;
  const auto y = onednn::plain(codes ? onednn::Type::s32 : onednn::Type::f32, {kSize, kSize});
  const dnnl::matmul::desc d(a, onednn::any(b, {kSize, kSize}), y);
  const dnnl::matmul::primitive_desc pd(d, onednn::attributes(), onednn::engine());
  onednn::PrimitiveKernel kernel{dnnl::matmul(pd)};
  kernel.bind_input(DNNL_ARG_SRC, a, 0);
  kernel.bind_output(DNNL_ARG_DST, y);
  kernel.bind_scratch(pd.scratchpad_desc());
  Tensor weights = filled(codes ? ElementKind::i8 : ElementKind::f32, kSize * kSize);
  kernel.bind_constant(DNNL_ARG_WEIGHTS, onednn::packed(b, {kSize, kSize}, weights.bytes().data(),
                                                        pd.weights_desc()));
  Tensor x = filled(codes ? ElementKind::u8 : ElementKind::f32, kSize * kSize);
  Tensor out(ElementKind::f32, {kSize * kSize});
  Tensor scratch(ElementKind::u8, {static_cast<std::int64_t>(pd.scratchpad_desc().get_size()) + 1});
  std::byte* in = x.mutable_bytes().data();
  std::byte* to = out.mutable_bytes().data();
  double best = 1;
  for (int i = 0; i < 30; ++i) {
    const double start = now();
    kernel.run({{&in, 1}, {&to, 1}, scratch.mutable_bytes().data()});
    best = std::min(best, now() - start);
  }
  return 2e-9 * kSize * kSize * kSize / best;
}

/// GB/s, read and written, of a copy of 3 MiB.
double bandwidth() {
  constexpr std::int64_t kBytes = 3 << 20;
  Tensor x(ElementKind::u8, {kBytes});
  Tensor y(ElementKind::u8, {kBytes});
  double best = 1;
  for (int i = 0; i < 50; ++i) {
    const double start = now();
    std::copy(x.bytes().begin(), x.bytes().end(), y.mutable_bytes().begin());
    benchmark::DoNotOptimize(y.mutable_bytes().data());
    best = std::min(best, now() - start);
  }
  return 2e-9 * kBytes / best;
}

struct Times {
  std::vector<double> all;
  [[nodiscard]] double at(double share) {
    std::sort(all.begin(), all.end());
    return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
  }
};

/// Seconds of one run; a sample holds several runs.
template <class Run>
double sample(int repeats, Run run) {
  const double start = now();
  for (int i = 0; i < repeats; ++i) run();
  return (now() - start) / repeats;
}

void report(benchmark::State& state, const DepthwiseSizes& s, bool codes, Times& mine,
            Times& theirs) {
  static const double kPeak[2] = {peak(false), peak(true)};
  static const double kBandwidth = bandwidth();
  const double in = static_cast<double>(s.in_h * s.in_w * s.channels);
  const double out = static_cast<double>(s.out_h * s.out_w * s.channels);
  const double flops = 2 * out * static_cast<double>(s.kernel_h * s.kernel_w);
  const double bytes = (in + out) * (codes ? 1 : 4);
  const double median = mine.at(0.5);
  const double least = std::max(1e-9 * flops / kPeak[codes ? 1 : 0], 1e-9 * bytes / kBandwidth);
  auto& c = state.counters;
  c["us"] = 1e6 * median;
  c["spread"] = (mine.at(0.75) - mine.at(0.25)) / median;
  c["onednn_us"] = 1e6 * theirs.at(0.5);
  c["onednn_spread"] = (theirs.at(0.75) - theirs.at(0.25)) / theirs.at(0.5);
  c["faster"] = theirs.at(0.5) / median;
  c["GFLOPs"] = 1e-9 * flops / median;
  c["GBs"] = 1e-9 * bytes / median;
  c["of_peak"] = 1e-9 * flops / median / kPeak[codes ? 1 : 0];
  c["of_limit"] = least / median;
}

void compare(benchmark::State& state, const Case& which, bool codes) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  pare::set_threads(1);
  const DepthwiseSizes s = sizes_of(which);
  const std::int64_t taps = s.channels * s.kernel_h * s.kernel_w;
  const Tensor weights = filled(codes ? ElementKind::i8 : ElementKind::f32, taps);
  const ElementKind kind = codes ? ElementKind::u8 : ElementKind::f32;
  Tensor x = filled(kind, s.in_h * s.in_w * s.channels);
  Tensor y(kind, {s.out_h * s.out_w * s.channels});
  std::byte* in = x.mutable_bytes().data();
  std::byte* out = y.mutable_bytes().data();
  const std::vector<float> bias(static_cast<std::size_t>(s.channels), 0.5F);
  std::unique_ptr<pare::Depthwise> floats;
  std::unique_ptr<pare::DepthwiseInt8> ints;
  if (codes) {
    pare::DepthwiseCodes q;
    q.x_zero = 3;
    q.scales.assign(static_cast<std::size_t>(s.channels), 0x1p-9F);
    q.bias = bias;
    q.post = {false, -kInf, kInf};
    q.to_codes = true;
    ints = std::make_unique<pare::DepthwiseInt8>(s, weights.data<std::int8_t>(), q);
  } else {
    floats = std::make_unique<pare::Depthwise>(s, weights.data<float>(), bias,
                                               pare::DepthwisePost{false, 0, kInf});
  }
  Library library(s, weights, codes);
  const auto own = [&] {
    if (codes) {
      ints->run(in, out);
    } else {
      floats->run(x.data<float>().data(), y.mutable_data<float>().data());
    }
  };
  const auto other = [&] { library.run(in, out); };
  const int repeats = std::max(1, static_cast<int>(5e-4 / sample(3, own)));
  Times mine;
  Times theirs;
  for (auto _ : state) {
    mine.all.push_back(sample(repeats, own));
    theirs.all.push_back(sample(repeats, other));
  }
  report(state, s, codes, mine, theirs);
}

const bool kRegistered = [] {
  for (const bool codes : {false, true}) {
    for (const Case& c : kCases) {
      const std::string name = std::string(codes ? "int8/" : "f32/") + c.model + "/c" +
                               std::to_string(c.channels) + "_" + std::to_string(c.size) + "_k" +
                               std::to_string(c.kernel) + "_s" + std::to_string(c.stride);
      benchmark::RegisterBenchmark(
          name.c_str(), [&c, codes](benchmark::State& state) { compare(state, c, codes); })
          ->Iterations(41)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
