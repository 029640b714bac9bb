#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// A convolution that looks at each channel on its own: x [N, H, W, C] -> y [N, OH, OW, C], one
/// window of weights per channel.
struct DepthwiseSizes {
  std::int64_t batch = 1, channels = 1;
  std::int64_t in_h = 1, in_w = 1, out_h = 1, out_w = 1;
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;  ///< 1 = dense
  std::int64_t top = 0, left = 0;               ///< padding in front
};

/// What happens to a sum with its bias before it is stored.
struct DepthwisePost {
  bool hard_swish = false;  ///< x * min(max(x / 6 + 1/2, 0), 1)
  float low = 0, high = 0;  ///< then bounds; -inf / +inf when there is none. NaN stays.
};

/// Some rows of the result of one image in float32.
struct DepthwiseRows {
  const DepthwiseSizes* sizes = nullptr;
  const float* image = nullptr;    // [H, W, C]
  float* y = nullptr;              // the first of the rows
  const float* weights = nullptr;  // [KH, KW, stride]
  const float* bias = nullptr;     // [stride]
  std::int64_t stride = 0;         // channels, rounded up to a whole vector
  std::int64_t row = 0, count = 0;
  DepthwisePost post;
};

struct DepthwiseKernels {
  std::string_view isa;
  std::int64_t lanes = 0;  ///< channels to a vector
  std::int64_t rows = 0;   ///< of the result that are best made together
  void (*run)(const DepthwiseRows& rows);
};

/// Those that this CPU has, best first; never empty.
std::span<const DepthwiseKernels* const> depthwise_kernels();

/// Packed weights of a convolution in float32 and the means to run it. Every result is its bias and
/// its products added in order of the window's rows, then columns: the bits depend on the
/// instruction set only.
class Depthwise {
 public:
  /// `weights` [C, KH, KW]; `bias` one per channel or empty.
  Depthwise(const DepthwiseSizes& sizes, std::span<const float> weights,
            std::span<const float> bias, const DepthwisePost& post,
            const DepthwiseKernels& kernels = *depthwise_kernels()[0]);

  void run(const float* x, float* y) const;
  [[nodiscard]] std::size_t bytes() const noexcept;  ///< of the packed weights
  [[nodiscard]] std::string_view isa() const noexcept { return kernels_->isa; }

 private:
  DepthwiseSizes sizes_;
  DepthwisePost post_;
  const DepthwiseKernels* kernels_;
  std::int64_t stride_;
  Tensor weights_, bias_;  // f32
};

}  // namespace pare
