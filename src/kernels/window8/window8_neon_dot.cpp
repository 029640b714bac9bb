#include "kernels/wide/neon.inc"
#include "kernels/window8/window8_tables.hpp"

namespace pare {
namespace {

/// One instruction adds four products to each of 4 outputs.
struct Products {
  using Sums = int32x4_t;
  static Sums none() { return vdupq_n_s32(0); }
  static int32x4_t all(Sums s) { return s; }
  static void add(Sums& acc, int8x16_t x, int8x16_t w) { acc = vdotq_s32(acc, w, x); }
};

}  // namespace
}  // namespace pare

#include "kernels/window8/window8_neon.inc"

namespace pare {
namespace {

// 5 x 4 sums, 5 pixels, a vector of weights and the flip: 27 of 32 registers.
constexpr WindowKernels kTable = {
    "neon_dot", {5, 5, 5, 5}, {PARE_STRIPS_ALL(5, false), PARE_STRIPS_ALL(5, true)}, true};

}  // namespace

const WindowKernels* window_kernels_neon_dot() { return &kTable; }

}  // namespace pare
