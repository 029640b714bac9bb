#include "kernels/wide/neon.inc"
#include "kernels/winograd/winograd_tables.hpp"

namespace pare {
namespace {

struct Lanes {
  using Floats = float32x4_t;
  static constexpr int kWidth = 4;

  static Floats all(float x) { return vdupq_n_f32(x); }
  static Floats load(const float* p) { return vld1q_f32(p); }
  static Floats load_some(const float* p, int n) { return load_first(p, n); }
  static void store(float* p, Floats x) { vst1q_f32(p, x); }
  static void store_some(float* p, Floats x, int n) { store_first(p, x, n); }
  static Floats add(Floats a, Floats b) { return vaddq_f32(a, b); }
  static Floats sub(Floats a, Floats b) { return vsubq_f32(a, b); }
  static Floats mul(Floats a, Floats b) { return vmulq_f32(a, b); }
  static Floats add_product(Floats a, Floats b, Floats c) { return vfmaq_f32(a, b, c); }
  static Floats less_product(Floats a, Floats b, Floats c) { return vfmsq_f32(a, b, c); }
  /// NaN stays.
  static Floats clip(Floats x, Floats low, Floats high) {
    return vminq_f32(high, vmaxq_f32(low, x));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/winograd/winograd_body.inc"

namespace pare {
namespace {

// 6 x 4 sums, 4 weights and a value: 29 of 32 registers.
constexpr WinogradKernels kTable = {
    "neon", 6, 16, {transform<2>, transform<4>}, {{PARE_WINOGRAD_6(4)}}, {finish<2>, finish<4>}};

}  // namespace

const WinogradKernels* winograd_kernels_neon() { return &kTable; }

}  // namespace pare
