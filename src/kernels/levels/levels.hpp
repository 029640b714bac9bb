#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// The codes of a product of integers: x in [0, x_levels), centred x' = x - x_centre, and w in
/// [w_least, w_greatest].
struct CodeRange {
  int x_levels = 23;
  int x_centre = 11;
  int w_least = -11;
  int w_greatest = 11;

  /// Greatest |x' w|.
  [[nodiscard]] constexpr int peak() const noexcept {
    const int below = x_centre;
    const int above = x_levels - 1 - x_centre;
    const int x = below > above ? below : above;
    const int w = -w_least > w_greatest ? -w_least : w_greatest;
    return x * w;
  }
};

/// Level counts of weights and activations whose centred products fit a signed byte.
struct LevelPair {
  int weights = 23;
  int activations = 23;
};

/// All pairs with an odd number of weight levels that use the byte fully, 4.52 to 4.66 bits on
/// average. Source: Trusov, Limonova, Nikolaev, Arlazarov, Mathematics 2024, 12(5), 651.
inline constexpr std::array<LevelPair, 19> kLevelPairs = {{{5, 127},
                                                           {7, 85},
                                                           {9, 63},
                                                           {11, 51},
                                                           {13, 43},
                                                           {15, 37},
                                                           {17, 31},
                                                           {19, 29},
                                                           {21, 25},
                                                           {23, 23},
                                                           {25, 21},
                                                           {29, 19},
                                                           {31, 17},
                                                           {37, 15},
                                                           {43, 13},
                                                           {51, 11},
                                                           {63, 9},
                                                           {85, 7},
                                                           {127, 5}}};

/// Both sides symmetric around their middle level.
constexpr CodeRange range_of(LevelPair pair) noexcept {
  const int w = (pair.weights - 1) / 2;
  return {pair.activations, (pair.activations - 1) / 2, -w, w};
}
inline constexpr CodeRange kCodes4 = {16, 8, -8, 7};
inline constexpr CodeRange kCodes8 = {256, 128, -128, 127};

/// A tile of a product: rows of x (each step = 4 bytes of a row) times panels of 16 columns (each
/// step = 64 bytes: the same 4 bytes of x for 16 columns).
struct LevelTile {
  const std::byte* x = nullptr;
  std::int64_t x_stride = 0;  ///< bytes from row to row
  const std::byte* w = nullptr;
  std::int64_t w_stride = 0;  ///< bytes from panel to panel
  std::int64_t steps = 0;
  /// Narrow sums: steps whose products a 16-bit lane takes, and what the lanes of each group start
  /// with: [panel][group][32].
  std::int64_t group = 0;
  const std::int16_t* start = nullptr;
  std::int64_t start_stride = 0;
  std::int32_t* y = nullptr;  ///< [rows][16 * panels], overwritten
};

using LevelTileFn = void (*)(const LevelTile&);

inline constexpr int kMostTileRows = 12;
inline constexpr int kMostTilePanels = 2;

/// Kernels of one instruction set: functions by [panels - 1][rows - 1].
struct LevelKernels {
  std::string_view isa;
  int rows = 0;    ///< of the largest tile
  int panels = 0;  ///< of 16 columns each
  /// 32-bit sums take bytes (4 to a step); otherwise x and w are widened to 16 bits (2 to a step).
  bool bytes = false;
  /// Pair sums in 16-bit lanes, at most `group` steps each, then 32 bits. nullptr: not needed.
  const LevelTileFn (*narrow)[kMostTileRows] = nullptr;
  /// 32-bit sums.
  const LevelTileFn (*wide)[kMostTileRows] = nullptr;
  bool signed_codes = false;  ///< takes x as it is, but sums up x - 128
};

/// Those that this CPU has, best first; never empty.
std::span<const LevelKernels* const> level_kernels();

/// A convolution on images of codes [B, H, W, C]: `kernel` taps apart by `dilations`.
struct LevelWindow {
  std::int64_t height = 0, width = 0, channels = 0;
  std::array<std::int64_t, 2> kernel = {3, 3}, strides = {1, 1}, dilations = {1, 1};
  std::array<std::int64_t, 2> before = {0, 0}, after = {0, 0};
  std::uint8_t padding = 0;  ///< the code of zero

  [[nodiscard]] std::int64_t out(std::size_t axis) const noexcept;
  [[nodiscard]] std::int64_t depth() const noexcept { return kernel[0] * kernel[1] * channels; }
};

/// Weights [K, N] of integers, packed for one instruction set.
///
/// How narrow sums stay exact: unsigned x makes pair sums that fit 16 bits. A lane starts with
/// -x_centre times the sum of its weights and wraps; at the end of a group it holds the sum of
/// centred products modulo 2^16, and that sum fits: with the pairs above |x' w| <= 127, so a lane
/// takes 258 products (129 pair sums). Codes of 4 bits take 510.
class LevelMatrix {
 public:
  /// `w` row-major [k, n]. Errors: Fault::usage when a weight is out of range, or the range is more
  /// than a byte holds.
  LevelMatrix(std::span<const std::int8_t> w, std::int64_t k, std::int64_t n, CodeRange range,
              const LevelKernels& kernels = *level_kernels().front());

  /// y[M, N] = sum over k of (x - x_centre) w; x [M, K] holds codes in range.
  void multiply(const std::uint8_t* x, std::int64_t m, std::int32_t* y) const;
  /// The same for windows of images: y [B, OH, OW, N], K = depth of the window, its order
  /// [row of the kernel][column][channel].
  void convolve(const std::uint8_t* x, std::int64_t batch, const LevelWindow& window,
                std::int32_t* y) const;

  [[nodiscard]] std::size_t bytes() const noexcept {
    return packed_.bytes().size() + start_.bytes().size();
  }
  /// Whether sums are kept in 16 bits at first.
  [[nodiscard]] bool narrow() const noexcept { return narrow_; }
  /// Products that a 16-bit lane adds before it is widened.
  [[nodiscard]] std::int64_t lane_products() const noexcept { return 2 * group_; }

 private:
  class Rows;
  void pack(std::span<const std::int8_t> w);
  void run(const Rows& rows, std::int64_t m, std::int32_t* y) const;
  void run_block(const Rows& rows, std::int64_t first, std::int64_t count,
                 std::array<std::int64_t, 2> panels, std::int32_t* y) const;

  const LevelKernels* kernels_;
  CodeRange range_;
  std::int64_t k_, n_, steps_ = 0, groups_ = 0, group_ = 0;
  int per_step_ = 4;  // values of k in a step
  bool narrow_ = false;
  Tensor packed_;                    // [panel][step][16 columns][4 bytes]
  Tensor start_;                     // i16 [panel][group][32]
  std::vector<std::int32_t> shift_;  // [panel][16], added to 32-bit sums
};

}  // namespace pare
