#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

inline constexpr int kWindowVectors = 4;  ///< of 16 outputs, of the widest tile
inline constexpr int kWindowRows = 12;    ///< pixels of the highest tile

/// Some pixels times up to 64 outputs. A window is cut into words of four codes, which may lie
/// anywhere; a tile's pixels are `pixel` bytes apart.
struct WindowTile {
  const std::byte* x = nullptr;
  std::int64_t pixel = 0;
  const std::int32_t* offsets = nullptr;  ///< [words]
  std::int64_t words = 0;
  std::uint32_t flip = 0;               ///< makes codes what the kernel takes by exclusive or
  const std::byte* w = nullptr;         ///< [words][16 * vectors][4]
  const std::int32_t* start = nullptr;  ///< what sums begin with, for each output
  const float* bias = nullptr;          ///< added to the sum
  const float* scale = nullptr;         ///< multiplied with that
  std::byte* y = nullptr;
  std::int64_t y_pixel = 0;
  int outputs = 0;  ///< that exist
};

/// What follows: y = round(clip(scale (sum + bias), low, high) + zero), half to even, saturated.
/// `plain`: no bias, no bounds but those of the codes, no zero point, and nothing above 2^31.
struct WindowPosts {
  bool plain = false;
  bool is_signed = false;
  float low = 0, high = 255, zero = 0;
};

using WindowFn = void (*)(const WindowTile&, const WindowPosts&);

/// Kernels of one instruction set. All give the same bits.
struct WindowKernels {
  std::string_view isa;
  int rows[kWindowVectors] = {};                      ///< of the highest tile with so many vectors
  WindowFn run[2][kWindowVectors][kWindowRows] = {};  ///< [plain]
  bool signed_codes = false;                          ///< takes 128 less than unsigned codes
};

/// Those that this CPU has, best first; never empty.
std::span<const WindowKernels* const> window_kernels();

/// A convolution of 8-bit codes of few words to a window: 1x1 of NHWC pixels, or any window over
/// images of few channels that lie plane by plane (NCHW).
struct WindowSizes8 {
  std::int64_t batch = 1, channels = 1, height = 1, width = 1;
  std::int64_t outputs = 1, out_height = 1, out_width = 1;
  std::int64_t kernel_height = 1, kernel_width = 1;
  std::int64_t stride_down = 1, stride_across = 1;
  std::int64_t top = 0, left = 0;  ///< padding in front
  bool planes = false;             ///< x is [batch, channels, height, width]
};

/// Affine numbers around the sum: y = round(clip(scale (sum + bias), low, high) + zero).
struct WindowAffine {
  bool x_signed = false, y_signed = false;
  std::int32_t x_zero = 0, y_zero = 0;
  std::vector<float> bias, scale;  ///< [outputs]
  float low = 0, high = 0;         ///< in steps of y, before its zero point
};

class WindowConv {
 public:
  /// weights [outputs, channels, kernel_height, kernel_width]. Errors: Fault::unsupported for NHWC
  /// windows other than 1x1 with stride 1 and a multiple of 4 channels, and for sums that 32 bits
  /// may not hold.
  WindowConv(const WindowSizes8& sizes, std::span<const std::int8_t> weights,
             const WindowAffine& affine, const WindowKernels& kernels = *window_kernels().front());

  /// y [batch, out_height, out_width, outputs]. `scratch` has scratch_bytes().
  void run(const std::byte* x, std::byte* y, std::byte* scratch) const;
  [[nodiscard]] std::size_t scratch_bytes() const noexcept;
  [[nodiscard]] std::size_t weight_bytes() const noexcept;
  [[nodiscard]] std::string_view isa() const noexcept { return kernels_->isa; }

 private:
  void pack(std::span<const std::int8_t> weights, const WindowAffine& affine);
  void plan_posts(const WindowAffine& affine);
  void run_pixels(const std::byte* x, std::int64_t pixel, std::byte* y, std::int64_t count) const;
  void copy_rows(const std::byte* image, std::int64_t first, std::int64_t count,
                 std::byte* rows) const;
  [[nodiscard]] std::int64_t rows_of(std::int64_t results) const noexcept;

  WindowSizes8 s_;
  const WindowKernels* kernels_;
  WindowPosts posts_;
  std::uint32_t flip_ = 0;
  std::byte padding_{};         // the code of x that stands for 0
  std::int64_t words_ = 0;      // of a window
  std::int64_t row_words_ = 0;  // of one row of one channel of a window
  std::int64_t row_bytes_ = 0;  // of a padded row
  std::int64_t blocks_ = 0;     // of 16 outputs
  std::int64_t parts_ = 1;
  std::vector<std::int32_t> offsets_;
  Tensor weights_;               // [tiles of 64 outputs][words][64][4], the last tile narrower
  Tensor start_, bias_, scale_;  // [16 * blocks]
};

}  // namespace pare
