#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/wide/neon.inc"

namespace pare {
namespace {

/// 4 channels to a vector. 2 x 8 sums and 2 x 5 weights leave registers to spare.
struct Lanes {
  using Floats = float32x4_t;
  using Mask = std::int64_t;
  static constexpr const char* kName = "neon";
  static constexpr bool kUnrolls = true;
  static constexpr int kLanes = 4;
  static constexpr int kRows = 2;

  static Mask mask(std::int64_t n) { return n; }
  static Floats load(const float* p) { return vld1q_f32(p); }
  static Floats load(const float* p, Mask m) { return load_first(p, m); }
  static void store(float* p, Floats x) { vst1q_f32(p, x); }
  static void store(float* p, Floats x, Mask m) { store_first(p, x, m); }
  static Floats fma(Floats a, Floats b, Floats c) { return vfmaq_f32(c, a, b); }
  /// NaN stays.
  static Floats bound(Floats x, float low, float high) {
    return vminq_f32(vdupq_n_f32(high), vmaxq_f32(vdupq_n_f32(low), x));
  }
  static Floats hard_swish(Floats x) {
    const Floats g = vfmaq_f32(vdupq_n_f32(0.5F), x, vdupq_n_f32(1.0F / 6.0F));
    return vmulq_f32(x, bound(g, 0, 1));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_body.inc"

namespace pare {

const DepthwiseKernels* depthwise_kernels_neon() { return &kTable; }

}  // namespace pare
