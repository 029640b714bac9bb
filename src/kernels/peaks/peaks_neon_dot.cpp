#include "kernels/intrinsics.hpp"
#include "kernels/peaks/peaks_tables.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

/// One instruction multiplies and adds 16 pairs of bytes.
struct Lanes {
  using Sum = int32x4_t;
  static int8x16_t load(const std::byte* p) { return vld1q_s8(view<std::int8_t>(p)); }
  static Sum first(const std::byte* p, int i) { return vld1q_s32(view<std::int32_t>(p + 4 * i)); }
  static Sum add(Sum s, int8x16_t a, int8x16_t b) { return vdotq_s32(s, a, b); }
  static Sum join(Sum s, Sum t) { return vaddq_s32(s, t); }
  static void store(std::byte* p, Sum s) { vst1q_s32(view<std::int32_t>(p), s); }
};

}  // namespace
}  // namespace pare

#include "kernels/peaks/peaks_body.inc"

namespace pare {
namespace {

constexpr PeakLoop kLoop = {"neon_dot", Arithmetic::int8, 2.0 * 16 * 16, run_peak};

}  // namespace

const PeakLoop* peak_int8_neon_dot() { return &kLoop; }

}  // namespace pare
