#include "kernels/intrinsics.hpp"
#include "kernels/winograd/winograd_tables.hpp"

namespace pare {
namespace {

struct Lanes {
  using Floats = __m256;
  static constexpr int kWidth = 8;

  static Floats all(float x) { return _mm256_set1_ps(x); }
  static Floats load(const float* p) { return _mm256_loadu_ps(p); }
  static __m256i mask(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static Floats load_some(const float* p, int n) { return _mm256_maskload_ps(p, mask(n)); }
  static void store(float* p, Floats x) { _mm256_storeu_ps(p, x); }
  static void store_some(float* p, Floats x, int n) { _mm256_maskstore_ps(p, mask(n), x); }
  static Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static Floats sub(Floats a, Floats b) { return _mm256_sub_ps(a, b); }
  static Floats mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
  static Floats add_product(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(b, c, a); }
  static Floats less_product(Floats a, Floats b, Floats c) { return _mm256_fnmadd_ps(b, c, a); }
  /// NaN stays: the second operand is what comes out.
  static Floats clip(Floats x, Floats low, Floats high) {
    return _mm256_min_ps(high, _mm256_max_ps(low, x));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/winograd/winograd_body.inc"

namespace pare {
namespace {

constexpr WinogradKernels kTable = {
    "avx2", 6, 16, {transform<2>, transform<4>}, {{PARE_WINOGRAD_6(2)}}, {finish<2>, finish<4>}};

}  // namespace

const WinogradKernels* winograd_kernels_avx2() { return &kTable; }

}  // namespace pare
