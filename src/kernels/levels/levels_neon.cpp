#include "kernels/levels/levels_tables.hpp"
#include "kernels/wide/neon.inc"

namespace pare {
namespace {

/// Products of bytes in 16 bits, pairs of them added to 32-bit sums: two lanes for each column.
struct Products {
  struct Sums {
    int32x4_t low, high;
  };
  static Sums none() { return {vdupq_n_s32(0), vdupq_n_s32(0)}; }
  static int32x4_t all(Sums s) { return vpaddq_s32(s.low, s.high); }
  static void add(Sums& acc, int8x16_t x, int8x16_t w) {
    const int8x8_t codes = vget_low_s8(x);
    acc.low = vpadalq_s16(acc.low, vmull_s8(vget_low_s8(w), codes));
    acc.high = vpadalq_s16(acc.high, vmull_s8(vget_high_s8(w), codes));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/levels/levels_neon.inc"

namespace pare {
namespace {

/// One instruction adds 8 products to 16-bit lanes, four to a column; pairs of lanes are what the
/// starts are for. All of it modulo 2^16, which the sums of pairs fit.
template <int R>
void narrow(const LevelTile& t) {
  int32x4_t sums[R][4];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) sums[r][v] = vdupq_n_s32(0);
  }
  std::int64_t index = 0;
  for (std::int64_t begin = 0; begin < t.steps; begin += t.group, ++index) {
    const std::int64_t end = begin + t.group < t.steps ? begin + t.group : t.steps;
    int16x8_t acc[R][8];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < 8; ++v) acc[r][v] = vdupq_n_s16(0);
    }
    for (std::int64_t s = begin; s < end; ++s) {
      int8x8_t x[R];
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) x[r] = vget_low_s8(four_of(t, r, s));
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) {
        const int8x16_t w = load_codes(t.w + 64 * s + 16 * v);
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
          acc[r][2 * v] = vmlal_s8(acc[r][2 * v], vget_low_s8(w), x[r]);
          acc[r][2 * v + 1] = vmlal_s8(acc[r][2 * v + 1], vget_high_s8(w), x[r]);
        }
      }
    }
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      const int16x8_t start = vld1q_s16(t.start + 32 * index + 8 * v);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        const int16x8_t pairs = vpaddq_s16(acc[r][2 * v], acc[r][2 * v + 1]);
        sums[r][v] = vpadalq_s16(sums[r][v], vaddq_s16(pairs, start));
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) vst1q_s32(t.y + 16 * r + 4 * v, sums[r][v]);
  }
}

// 3 x 8 sums, 3 rows of codes and a vector of weights: 28 of 32 registers. The 32-bit sums of
// `narrow` wait in memory meanwhile.
constexpr LevelTileFn kNarrow[][kMostTileRows] = {{narrow<1>, narrow<2>, narrow<3>}};
constexpr LevelTileFn kWide[][kMostTileRows] = {{wide<1>, wide<2>, wide<3>}};
constexpr LevelKernels kTable = {"neon", 3, 1, true, kNarrow, kWide, true};

}  // namespace

const LevelKernels* level_kernels_neon() { return &kTable; }

}  // namespace pare
