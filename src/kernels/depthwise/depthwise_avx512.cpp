#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/intrinsics.hpp"

namespace pare {
namespace {

/// 16 channels to a vector.
struct Lanes {
  using Floats = __m512;
  using Mask = __mmask16;
  static constexpr const char* kName = "avx512";
  static constexpr bool kUnrolls = true;
  static constexpr int kLanes = 16;
  static constexpr int kRows = 2;

  static Mask mask(std::int64_t n) {
    return static_cast<Mask>(n >= kLanes ? 0xffffU : (1U << static_cast<unsigned>(n)) - 1U);
  }
  static Floats load(const float* p) { return _mm512_loadu_ps(p); }
  static Floats load(const float* p, Mask m) { return _mm512_maskz_loadu_ps(m, p); }
  static void store(float* p, Floats x) { _mm512_storeu_ps(p, x); }
  static void store(float* p, Floats x, Mask m) { _mm512_mask_storeu_ps(p, m, x); }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  /// The second operand comes out where one is NaN.
  static Floats bound(Floats x, float low, float high) {
    return _mm512_min_ps(_mm512_set1_ps(high), _mm512_max_ps(_mm512_set1_ps(low), x));
  }
  static Floats hard_swish(Floats x) {
    const Floats g = _mm512_fmadd_ps(x, _mm512_set1_ps(1.0F / 6.0F), _mm512_set1_ps(0.5F));
    return _mm512_mul_ps(x, bound(g, 0, 1));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_body.inc"

namespace pare {

const DepthwiseKernels* depthwise_kernels_avx512() { return &kTable; }

}  // namespace pare
