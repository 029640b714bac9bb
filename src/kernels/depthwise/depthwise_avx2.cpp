#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/intrinsics.hpp"

namespace pare {
namespace {

constexpr std::int32_t kMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

/// 8 channels to a vector.
struct Lanes {
  using Floats = __m256;
  using Mask = __m256i;
  static constexpr const char* kName = "avx2";
  static constexpr bool kUnrolls = true;
  static constexpr int kLanes = 8;
  static constexpr int kRows = 1;

  static Mask mask(std::int64_t n) {
    const std::int32_t* p = kMasks + (n >= kLanes ? 0 : kLanes - n);
    return _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(p)));
  }
  static Floats load(const float* p) { return _mm256_loadu_ps(p); }
  static Floats load(const float* p, Mask m) { return _mm256_maskload_ps(p, m); }
  static void store(float* p, Floats x) { _mm256_storeu_ps(p, x); }
  static void store(float* p, Floats x, Mask m) { _mm256_maskstore_ps(p, m, x); }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
  /// The second operand comes out where one is NaN.
  static Floats bound(Floats x, float low, float high) {
    return _mm256_min_ps(_mm256_set1_ps(high), _mm256_max_ps(_mm256_set1_ps(low), x));
  }
  static Floats hard_swish(Floats x) {
    const Floats g = _mm256_fmadd_ps(x, _mm256_set1_ps(1.0F / 6.0F), _mm256_set1_ps(0.5F));
    return _mm256_mul_ps(x, bound(g, 0, 1));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_body.inc"

namespace pare {

const DepthwiseKernels* depthwise_kernels_avx2() { return &kTable; }

}  // namespace pare
