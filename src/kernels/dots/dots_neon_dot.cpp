#include "kernels/dots/dots_tables.hpp"
#include "kernels/wide/neon.inc"

namespace pare {
namespace {

/// One instruction adds four products to each of 4 columns, the codes of a row out of one lane.
struct Products {
  using Sums = int32x4_t;
  static Sums none() { return vdupq_n_s32(0); }
  static int32x4_t all(Sums s) { return s; }
  static void add_bytes(Sums& acc, int8x16_t w, int8x16_t x, int lane) {
    switch (lane) {  // a constant where this is inlined
      case 0: acc = vdotq_laneq_s32(acc, w, x, 0); break;
      case 1: acc = vdotq_laneq_s32(acc, w, x, 1); break;
      case 2: acc = vdotq_laneq_s32(acc, w, x, 2); break;
      default: acc = vdotq_laneq_s32(acc, w, x, 3); break;
    }
  }
  static void add_halves(Sums& acc, int8x16_t low, int8x16_t high, int8x16_t x, int lane) {
    add_bytes(acc, low, x, lane);
    add_bytes(acc, high, x, lane + 1);
  }
};

}  // namespace
}  // namespace pare

#include "kernels/dots/dots_neon.inc"

namespace pare {
namespace {

// 4 x 4 sums, 4 rows of codes, halves of weights: 24 to 26 of 32 registers.
constexpr DotFn kRun[2][kMostDotRows] = {{tile<4, 1>, tile<4, 2>, tile<4, 3>, tile<4, 4>},
                                         {tile<8, 1>, tile<8, 2>, tile<8, 3>, tile<8, 4>}};
constexpr DotKernels kTable = {"neon_dot", 4, kRun, quantize};

}  // namespace

const DotKernels* dot_kernels_neon_dot() { return &kTable; }

}  // namespace pare
