#include "kernels/levels/levels_tables.hpp"
#include "kernels/wide/neon.inc"

namespace pare {
namespace {

/// One instruction adds four products to each of 4 columns, so narrow sums have nothing to gain.
struct Products {
  using Sums = int32x4_t;
  static Sums none() { return vdupq_n_s32(0); }
  static int32x4_t all(Sums s) { return s; }
  static void add(Sums& acc, int8x16_t x, int8x16_t w) { acc = vdotq_s32(acc, w, x); }
};

}  // namespace
}  // namespace pare

#include "kernels/levels/levels_neon.inc"

namespace pare {
namespace {

// 5 x 4 sums, 5 rows of codes and a vector of weights: 26 of 32 registers.
constexpr LevelTileFn kWide[][kMostTileRows] = {{wide<1>, wide<2>, wide<3>, wide<4>, wide<5>}};
constexpr LevelKernels kTable = {"neon_dot", 5, 1, true, nullptr, kWide, true};

}  // namespace

const LevelKernels* level_kernels_neon_dot() { return &kTable; }

}  // namespace pare
