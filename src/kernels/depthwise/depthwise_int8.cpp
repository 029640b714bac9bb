#include "kernels/depthwise/depthwise_int8.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/depthwise/depthwise_tables.hpp"

namespace pare {
namespace {

std::vector<const DepthwiseCodeKernels*> available() {
  std::vector<const DepthwiseCodeKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512_vnni()) found.push_back(depthwise_code_kernels_vnni());
  if (cpu::has_avx512()) found.push_back(depthwise_code_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(depthwise_code_kernels_avx2());
#elif defined(__aarch64__)
  if (cpu::has_neon_dot()) found.push_back(depthwise_code_kernels_neon_dot());
  found.push_back(depthwise_code_kernels_neon());
#endif
  found.push_back(depthwise_code_kernels_base());
  return found;
}

/// As the kernels choose: two rows of the result share what 3 x 3 and 5 x 5 read with steps of 1.
std::int64_t rows_together(const DepthwiseSizes& s) {
  const bool special = s.kernel_h == s.kernel_w && (s.kernel_h == 3 || s.kernel_h == 5) &&
                       s.dilation_h == 1 && s.dilation_w == 1;
  return special && s.stride_h == 1 && s.stride_w == 1 ? 2 : 1;
}

}  // namespace

std::span<const DepthwiseCodeKernels* const> depthwise_code_kernels() {
  static const std::vector<const DepthwiseCodeKernels*> kFound = available();
  return kFound;
}

DepthwiseInt8::DepthwiseInt8(const DepthwiseSizes& sizes, std::span<const std::int8_t> weights,
                             const DepthwiseCodes& codes, const DepthwiseCodeKernels& kernels)
    : sizes_(sizes), kernels_(&kernels), together_(kernels.unrolls ? rows_together(sizes) : 1) {
  const auto channels = static_cast<std::size_t>(sizes.channels);
  const auto taps = static_cast<std::size_t>(sizes.kernel_h * sizes.kernel_w);
  require(weights.size() == taps * channels, "DepthwiseInt8: wrong count of weights");
  require(codes.scales.size() == channels, "DepthwiseInt8: wrong count of scales");
  require(codes.bias.empty() || codes.bias.size() == channels, "DepthwiseInt8: wrong biases");
  const std::int64_t height = together_ - 1 + sizes.kernel_h;
  rows_.height = height;
  rows_.groups = (height + kernels.taps - 1) / kernels.taps;
  const std::int64_t extent = (sizes.kernel_w - 1) * sizes.dilation_w + 1;
  const std::int64_t room = kDepthwiseBuffer / rows_.groups - extent;
  if (room < 0 || taps > 65000) throw Error(Fault::unsupported, "a window too large");
  rows_.strip = std::min(sizes.out_w, room / sizes.stride_w + 1);
  rows_.post = codes.post;
  rows_.to_codes = codes.to_codes;
  rows_.step = codes.step;
  rows_.x_flip = codes.x_signed == kernels.signed_codes ? 0 : 128;
  rows_.y_flip = codes.y_signed ? 128 : 0;
  rows_.y_zero = codes.y_zero + rows_.y_flip;
  rows_.low = codes.low_code + rows_.y_flip;
  rows_.high = codes.high_code + rows_.y_flip;
  y_bytes_ = codes.to_codes ? 1 : 4;
  pack(weights, codes);
}

void DepthwiseInt8::pack(std::span<const std::int8_t> weights, const DepthwiseCodes& codes) {
  const DepthwiseSizes& s = sizes_;
  const DepthwiseCodeKernels& k = *kernels_;
  const std::int64_t blocks = (s.channels + k.lanes - 1) / k.lanes;
  const std::int64_t vector = k.lanes * k.taps * k.code_bytes;
  rows_.weight_step = together_ * rows_.groups * s.kernel_w * vector;
  weights_ = Tensor(ElementKind::u8, {blocks, rows_.weight_step});
  const auto packed = weights_.mutable_bytes();
  const auto padded = static_cast<std::size_t>(blocks * k.lanes);
  start_.assign(padded, 0);
  scales_.assign(padded, 0.0F);
  bias_.assign(padded, 0.0F);
  std::copy(codes.scales.begin(), codes.scales.end(), scales_.begin());
  std::copy(codes.bias.begin(), codes.bias.end(), bias_.begin());
  pad_.assign(64, static_cast<std::byte>(codes.x_zero & 255));
  const std::int32_t zero = codes.x_zero + (codes.x_signed ? 128 : 0) - (k.signed_codes ? 128 : 0);
  for (std::int64_t c = 0; c < s.channels; ++c) {
    std::int32_t sum = 0;
    double size = 0;
    for (std::int64_t t = 0; t < s.kernel_h * s.kernel_w; ++t) {
      const std::int32_t w{weights[static_cast<std::size_t>(c * s.kernel_h * s.kernel_w + t)]};
      sum += w;
      size += 255.0 * std::abs(w);
      for (std::int64_t o = 0; o < together_; ++o) {
        const std::int64_t row = t / s.kernel_w + o;  // steps are 1 where there are several
        const std::int64_t place = (o * rows_.groups + row / k.taps) * s.kernel_w + t % s.kernel_w;
        const std::int64_t at = c / k.lanes * rows_.weight_step + place * vector +
                                (c % k.lanes * k.taps + row % k.taps) * k.code_bytes;
        for (std::int64_t b = 0; b < k.code_bytes; ++b) {  // little-endian, with its sign
          packed[static_cast<std::size_t>(at + b)] =
              static_cast<std::byte>((b == 0 ? w : (w < 0 ? -1 : 0)) & 255);
        }
      }
    }
    const auto i = static_cast<std::size_t>(c);
    start_[i] = -zero * sum;
    const double most = size * std::abs(scales_[i]) + std::abs(bias_[i]);
    if (!(most * std::max(1.0F, codes.step) < 1e9)) {
      throw Error(Fault::unsupported, "results beyond 32 bits");
    }
  }
}

std::size_t DepthwiseInt8::bytes() const noexcept {
  return weights_.bytes().size() + 12 * start_.size() + pad_.size();
}

void DepthwiseInt8::run(const std::byte* x, std::byte* y) const {
  constexpr std::int64_t kGrain = 1 << 18;  // products
  const DepthwiseSizes& s = sizes_;
  const std::int64_t blocks = (s.out_h + together_ - 1) / together_;
  const std::int64_t work = together_ * s.out_w * s.channels * s.kernel_h * s.kernel_w;
  parallel_for(s.batch * blocks, kGrain / std::max<std::int64_t>(1, work) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 DepthwiseCodeRows rows = rows_;
                 rows.sizes = &s;
                 rows.weights = weights_.bytes().data();
                 rows.start = start_.data();
                 rows.scales = scales_.data();
                 rows.bias = bias_.data();
                 rows.pad = pad_.data();
                 for (std::int64_t i = begin; i < end; ++i) {
                   const std::int64_t image = i / blocks;
                   rows.row = i % blocks * together_;
                   rows.count = std::min(together_, s.out_h - rows.row);
                   rows.image = x + image * s.in_h * s.in_w * s.channels;
                   rows.y = y + (image * s.out_h + rows.row) * s.out_w * s.channels * y_bytes_;
                   kernels_->run(rows);
                 }
               });
}

}  // namespace pare
