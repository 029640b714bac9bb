#include "kernels/depthwise/depthwise.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/depthwise/depthwise_tables.hpp"

namespace pare {
namespace {

std::vector<const DepthwiseKernels*> available() {
  std::vector<const DepthwiseKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(depthwise_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(depthwise_kernels_avx2());
#elif defined(__aarch64__)
  found.push_back(depthwise_kernels_neon());
#endif
  found.push_back(depthwise_kernels_base());
  return found;
}

}  // namespace

std::span<const DepthwiseKernels* const> depthwise_kernels() {
  static const std::vector<const DepthwiseKernels*> kFound = available();
  return kFound;
}

Depthwise::Depthwise(const DepthwiseSizes& sizes, std::span<const float> weights,
                     std::span<const float> bias, const DepthwisePost& post,
                     const DepthwiseKernels& kernels)
    : sizes_(sizes), post_(post), kernels_(&kernels) {
  const std::int64_t taps = sizes.kernel_h * sizes.kernel_w;
  require(static_cast<std::int64_t>(weights.size()) == taps * sizes.channels,
          "Depthwise: wrong count of weights");
  require(bias.empty() || static_cast<std::int64_t>(bias.size()) == sizes.channels,
          "Depthwise: wrong count of biases");
  stride_ = (sizes.channels + kernels.lanes - 1) / kernels.lanes * kernels.lanes;
  weights_ = Tensor(ElementKind::f32, {taps, stride_});
  const auto packed = weights_.mutable_data<float>();
  for (std::int64_t c = 0; c < sizes.channels; ++c) {
    for (std::int64_t t = 0; t < taps; ++t) {
      packed[static_cast<std::size_t>(t * stride_ + c)] =
          weights[static_cast<std::size_t>(c * taps + t)];
    }
  }
  bias_ = Tensor(ElementKind::f32, {stride_});
  const auto biases = bias_.mutable_data<float>();
  std::copy(bias.begin(), bias.end(), biases.begin());
}

std::size_t Depthwise::bytes() const noexcept {
  return weights_.bytes().size() + bias_.bytes().size();
}

void Depthwise::run(const float* x, float* y) const {
  constexpr std::int64_t kGrain = 1 << 16;  // products
  const DepthwiseSizes& s = sizes_;
  const std::int64_t blocks = (s.out_h + kernels_->rows - 1) / kernels_->rows;
  const std::int64_t work = kernels_->rows * s.out_w * s.channels * s.kernel_h * s.kernel_w;
  parallel_for(s.batch * blocks, kGrain / std::max<std::int64_t>(1, work) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 DepthwiseRows rows;
                 rows.sizes = &s;
                 rows.weights = weights_.data<float>().data();
                 rows.bias = bias_.data<float>().data();
                 rows.stride = stride_;
                 rows.post = post_;
                 for (std::int64_t i = begin; i < end; ++i) {
                   const std::int64_t image = i / blocks;
                   rows.row = i % blocks * kernels_->rows;
                   rows.count = std::min(kernels_->rows, s.out_h - rows.row);
                   rows.image = x + image * s.in_h * s.in_w * s.channels;
                   rows.y = y + (image * s.out_h + rows.row) * s.out_w * s.channels;
                   kernels_->run(rows);
                 }
               });
}

}  // namespace pare
