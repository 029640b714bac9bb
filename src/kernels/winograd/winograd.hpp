#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "tensor/tensor.hpp"

namespace pare {

/// A 3x3 convolution with stride 1 of NHWC images. `top` and `left`: pixels of padding in front.
struct WinogradSizes {
  std::int64_t batch = 1;
  std::int64_t height = 0, width = 0;      ///< of the input
  std::int64_t channels = 0, outputs = 0;  ///< of the input, of the result
  std::int64_t out_height = 0, out_width = 0;
  std::int64_t top = 0, left = 0;
  bool narrow_in = false, narrow_out = false;  ///< the input, and result and residual, in bfloat16
};

/// y = clip(clip(sum + bias, first) + residual, last); bounds are infinite where nothing is done.
struct WinogradPosts {
  static constexpr float kInfinity = std::numeric_limits<float>::infinity();
  float first_low = -kInfinity, first_high = kInfinity;
  float last_low = -kInfinity, last_high = kInfinity;
};

/// Channels of a block: transformed images are [points][channels / 16][tiles][16].
inline constexpr std::int64_t kWinogradBlock = 16;
inline constexpr int kWinogradRows = 14;  ///< of the largest tile of the products

/// Rows of transformed images times a panel of 16 or 32 columns of transformed weights.
struct WinogradProduct {
  const float* v = nullptr;  ///< [depth / 16][rows][16]
  std::int64_t v_block = 0;  ///< floats from one block of channels to the next
  const float* u = nullptr;  ///< [depth][columns]
  std::int64_t depth = 0;    ///< a multiple of 4
  float* m = nullptr;        ///< [columns / 16][rows][16]
  std::int64_t m_block = 0;
  const float* next = nullptr;  ///< weights wanted soon: `next_step` floats for each of depth
  std::int64_t next_step = 0;
};

/// Where the products of one tile go.
struct WinogradResult {
  const float* m = nullptr;             ///< [points][outputs / 16][tiles][16]
  std::int64_t m_point = 0;             ///< floats from one point to the next
  std::int64_t m_block = 0;             ///< from one block of channels to the next
  const float* bias = nullptr;          ///< whole blocks
  std::byte* y = nullptr;               ///< the tile's first pixel
  const std::byte* residual = nullptr;  ///< the same place of the added value, or nullptr
  std::int64_t row = 0;                 ///< numbers from one row of pixels to the next
  std::int64_t outputs = 0;
  int height = 0, width = 0;  ///< pixels of the tile that exist
};

/// Kernels of one instruction set, for tiles of 2x2 and of 4x4 results.
struct WinogradKernels {
  std::string_view isa;
  int rows = 0;     ///< of the largest tile of `multiply`
  int columns = 0;  ///< of its widest panel, 16 or 32
  /// One tile: `points` are its (side + 2)^2 pixels, v gets whole blocks (zeros fill up the last).
  /// [bfloat16 images][side]
  void (*transform[2][2])(const std::byte* const* points, std::int64_t channels, float* v,
                          std::int64_t v_point, std::int64_t v_block) = {};
  /// [columns / 16 - 1][rows - 1]
  void (*multiply[2][kWinogradRows])(const WinogradProduct&) = {};
  /// [bfloat16 results, rounded to nearest][side]
  void (*finish[2][2])(const WinogradResult&, const WinogradPosts&) = {};
};

/// Those that this CPU has, best first; never empty.
std::span<const WinogradKernels* const> winograd_kernels();

/// A 3x3 convolution by minimal filtering (Winograd; Lavin and Gray, arXiv:1509.09308): tiles of
/// images and the weights are transformed, multiplied point by point (which are matrix products
/// over the channels), and transformed back. Tiles of side 4 need a quarter of the
/// multiplications, those of side 2 four ninths. Errors: docs/decisions/winograd.md.
class WinogradConv {
 public:
  /// weights [outputs, channels, 3, 3]; bias [outputs] or empty; `side` 2 or 4.
  WinogradConv(const WinogradSizes& sizes, int side, std::span<const float> weights,
               std::span<const float> bias, const WinogradPosts& posts,
               const WinogradKernels& kernels = *winograd_kernels().front());

  /// x [batch, height, width, channels] -> y [batch, out_height, out_width, outputs]; `residual`
  /// as y (it may be y) or nullptr. `scratch` has scratch_bytes(), aligned to 64. Every result is
  /// the same for any number of threads.
  void run(const std::byte* x, const std::byte* residual, std::byte* y, std::byte* scratch) const;
  [[nodiscard]] std::size_t scratch_bytes() const noexcept;
  [[nodiscard]] std::size_t weight_bytes() const noexcept;
  [[nodiscard]] std::string_view isa() const noexcept { return kernels_->isa; }

 private:
  struct Part;
  void pack(std::span<const float> weights);
  void cut();
  void run_part(const Part& part) const;
  void transform(const Part& part, std::int64_t begin, std::int64_t end) const;
  void multiply(const Part& part, std::int64_t begin, std::int64_t end) const;
  void finish(const Part& part, std::int64_t begin, std::int64_t end) const;
  [[nodiscard]] std::int64_t tiles() const noexcept;

  WinogradSizes s_;
  int side_ = 4;
  WinogradPosts posts_;
  const WinogradKernels* kernels_;
  std::int64_t depth_ = 0;  // channels, up to a multiple of 4
  std::int64_t in_blocks_ = 0, out_blocks_ = 0, panels_ = 0;
  std::int64_t tiles_down_ = 0, tiles_across_ = 0;
  std::int64_t block_tiles_ = 0;            // that are worked on together
  std::int64_t parts_ = 1;                  // of the tiles, with scratch memory of their own
  std::int64_t v_point_ = 0, m_point_ = 0;  // floats from one point to the next
  Tensor weights_;  // floats [points][panels][depth][32], the last panel perhaps of 16
  Tensor bias_;     // whole blocks
  Tensor zeros_;    // what padding reads
};

}  // namespace pare
