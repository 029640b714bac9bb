#pragma once

#include "kernels/depthwise/depthwise.hpp"

namespace pare {

/// What a depthwise convolution of 8-bit codes makes of its sums. With v = sum * scale + bias (the
/// zero point taken off the sum):
///   floats: y = clamp(f(v), low, high)
///   codes:  y = clamp(round(f(v) * step) + zero, low_code, high_code), halves to even
/// where f is hard_swish or nothing. Codes of fewer than all 256 values do for clip and relu.
struct DepthwiseCodes {
  bool x_signed = false;
  std::int32_t x_zero = 0;
  std::vector<float> scales;  ///< one per channel
  std::vector<float> bias;    ///< one per channel or empty
  DepthwisePost post;
  bool to_codes = false, y_signed = false;
  float step = 1;  ///< only with hard_swish
  std::int32_t y_zero = 0, low_code = 0, high_code = 255;
};

/// Some rows of the result of one image.
struct DepthwiseCodeRows {
  const DepthwiseSizes* sizes = nullptr;
  const std::byte* image = nullptr;     // [H, W, C]
  std::byte* y = nullptr;               // the first of the rows
  const std::byte* weights = nullptr;   // [vectors of channels][results][groups][KW] vectors
  std::int64_t weight_step = 0;         // bytes from one vector of channels to the next
  const std::int32_t* start = nullptr;  // what sums begin with: less the zero point
  const float* scales = nullptr;
  const float* bias = nullptr;
  const std::byte* pad = nullptr;  // 64 times the zero point
  std::int64_t row = 0, count = 0;
  std::int64_t height = 0;  // of the image that these rows read
  std::int64_t groups = 0;  // of rows of the image whose codes lie side by side
  std::int64_t strip = 0;   // columns of the result whose image fits the buffer
  DepthwisePost post;
  bool to_codes = false;
  float step = 1;
  std::uint8_t x_flip = 0, y_flip = 0;  // 128 turns signed and unsigned codes into each other
  std::int32_t y_zero = 0, low = 0, high = 255;  // of unsigned codes
};

struct DepthwiseCodeKernels {
  std::string_view isa;
  std::int64_t lanes = 0;       ///< channels to a vector
  std::int64_t taps = 0;        ///< codes of a channel side by side
  std::int64_t code_bytes = 0;  ///< of one of them
  bool unrolls = false;         ///< 3 x 3 and 5 x 5 have code of their own
  void (*run)(const DepthwiseCodeRows& rows);
  bool signed_codes = false;  ///< takes 128 less than unsigned codes
};

/// Those that this CPU has, best first; never empty.
std::span<const DepthwiseCodeKernels* const> depthwise_code_kernels();

/// Packed 8-bit weights and the means to run them. Sums are exact in int32: apart from the last
/// bit of a float (with or without fused operations) every instruction set gives the same numbers.
class DepthwiseInt8 {
 public:
  /// `weights` [C, KH, KW]. Errors: Fault::unsupported when the window is too large, or when sums
  /// may not fit 32 bits or results not the range of the conversion.
  DepthwiseInt8(const DepthwiseSizes& sizes, std::span<const std::int8_t> weights,
                const DepthwiseCodes& codes,
                const DepthwiseCodeKernels& kernels = *depthwise_code_kernels()[0]);

  void run(const std::byte* x, std::byte* y) const;
  [[nodiscard]] std::size_t bytes() const noexcept;  ///< of the packed weights
  [[nodiscard]] std::string_view isa() const noexcept { return kernels_->isa; }

 private:
  void pack(std::span<const std::int8_t> weights, const DepthwiseCodes& codes);

  DepthwiseSizes sizes_;
  const DepthwiseCodeKernels* kernels_;
  std::int64_t together_ = 1;  // rows of the result that one group of rows of the image makes
  std::int64_t y_bytes_ = 1;
  DepthwiseCodeRows rows_;
  Tensor weights_;  // u8
  std::vector<std::byte> pad_;
  std::vector<std::int32_t> start_;
  std::vector<float> scales_, bias_;
};

}  // namespace pare
