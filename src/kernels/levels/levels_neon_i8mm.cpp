#include "kernels/levels/levels_tables.hpp"

#include "kernels/levels/levels_products_dot.inc"
#include "kernels/wide/pairs_neon.inc"

#include "kernels/levels/levels_neon.inc"

namespace pare {
namespace {

/// R rows, two by two; of an odd number the last is a pair with itself.
template <int R>
void paired(const LevelTile& t) {
  constexpr int kPairs = (R + 1) / 2;
  int32x4_t left[4][kPairs];
  int32x4_t right[4][kPairs];
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) {
#pragma GCC unroll 4
    for (int i = 0; i < kPairs; ++i) left[v][i] = right[v][i] = vdupq_n_s32(0);
  }
  const std::byte* row[2 * kPairs];
#pragma GCC unroll 8
  for (int r = 0; r < 2 * kPairs; ++r) row[r] = t.x + (r < R ? r : R - 1) * t.x_stride;
  const std::byte* w = t.w;
  int8x16_t x[kPairs];
  std::int64_t s = 0;
  for (; s + 2 <= t.steps; s += 2, w += 128) {
#pragma GCC unroll 4
    for (int i = 0; i < kPairs; ++i) {
      x[i] = flipped(two_rows(row[2 * i] + 4 * s, row[2 * i + 1] + 4 * s));
    }
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      add_pairs<kPairs>(left[v], right[v], x, load_codes(w + 16 * v), load_codes(w + 64 + 16 * v));
    }
  }
  if (s < t.steps) {
#pragma GCC unroll 4
    for (int i = 0; i < kPairs; ++i) {
      x[i] = flipped(two_short_rows(row[2 * i] + 4 * s, row[2 * i + 1] + 4 * s));
    }
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      add_pairs<kPairs>(left[v], right[v], x, load_codes(w + 16 * v), vdupq_n_s8(0));
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      vst1q_s32(t.y + 16 * r + 4 * v, row_of(left[v][r / 2], right[v][r / 2], r % 2));
    }
  }
}

// 3 x 8 sums, 3 pairs of rows and two vectors of weights: 29 of 32 registers.
constexpr LevelTileFn kWide[][kMostTileRows] = {
    {wide<1>, paired<2>, paired<3>, paired<4>, paired<5>, paired<6>}};
constexpr LevelKernels kTable = {"neon_i8mm", 6, 1, true, nullptr, kWide, true};

}  // namespace

const LevelKernels* level_kernels_neon_i8mm() { return &kTable; }

}  // namespace pare
