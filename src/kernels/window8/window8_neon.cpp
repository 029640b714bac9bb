#include "kernels/wide/neon.inc"
#include "kernels/window8/window8_tables.hpp"

namespace pare {
namespace {

/// Products of bytes in 16 bits, pairs of them added to 32-bit sums: two lanes for each output.
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

#include "kernels/window8/window8_neon.inc"

namespace pare {
namespace {

// 2 x 8 sums, 2 pixels, a vector of weights, the flip and products on the way.
constexpr WindowKernels kTable = {
    "neon", {2, 2, 2, 2}, {PARE_STRIPS_ALL(2, false), PARE_STRIPS_ALL(2, true)}, true};

}  // namespace

const WindowKernels* window_kernels_neon() { return &kTable; }

}  // namespace pare
