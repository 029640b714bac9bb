#include "kernels/dots/dots_tables.hpp"
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
  /// The four codes of a lane, twice.
  static int8x8_t four(int8x16_t x, int lane) {
    const int32x4_t words = vreinterpretq_s32_s8(x);
    switch (lane) {  // a constant where this is inlined
      case 0: return vreinterpret_s8_s32(vdup_laneq_s32(words, 0));
      case 1: return vreinterpret_s8_s32(vdup_laneq_s32(words, 1));
      case 2: return vreinterpret_s8_s32(vdup_laneq_s32(words, 2));
      default: return vreinterpret_s8_s32(vdup_laneq_s32(words, 3));
    }
  }
  static void add_bytes(Sums& acc, int8x16_t w, int8x16_t x, int lane) {
    const int8x8_t codes = four(x, lane);
    acc.low = vpadalq_s16(acc.low, vmull_s8(vget_low_s8(w), codes));
    acc.high = vpadalq_s16(acc.high, vmull_s8(vget_high_s8(w), codes));
  }
  /// Two products of 4-bit codes with 8-bit ones are below 3811.
  static void add_halves(Sums& acc, int8x16_t low, int8x16_t high, int8x16_t x, int lane) {
    const int8x8_t a = four(x, lane);
    const int8x8_t b = four(x, lane + 1);
    const int16x8_t first = vmull_s8(vget_low_s8(low), a);
    const int16x8_t second = vmull_s8(vget_high_s8(low), a);
    acc.low = vpadalq_s16(acc.low, vmlal_s8(first, vget_low_s8(high), b));
    acc.high = vpadalq_s16(acc.high, vmlal_s8(second, vget_high_s8(high), b));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/dots/dots_neon.inc"

namespace pare {
namespace {

// 2 x 8 sums, halves of weights, codes of two rows and their products.
constexpr DotFn kRun[2][kMostDotRows] = {{tile<4, 1>, tile<4, 2>}, {tile<8, 1>, tile<8, 2>}};
constexpr DotKernels kTable = {"neon", 2, kRun, quantize};

}  // namespace

const DotKernels* dot_kernels_neon() { return &kTable; }

}  // namespace pare
