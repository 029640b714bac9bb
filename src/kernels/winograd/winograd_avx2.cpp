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
  /// bfloat16: to nearest, ties to even; NaN stays one.
  static Floats load(const std::uint16_t* p) {
    const __m128i x = _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(p)));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(x), 16));
  }
  static Floats load_some(const std::uint16_t* p, int n) {
    std::uint16_t some[kWidth] = {};
    for (int i = 0; i < n; ++i) some[i] = p[i];
    return load(some);
  }
  static void store(std::uint16_t* p, Floats x) {
    const __m256i bits = _mm256_castps_si256(x);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i up = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256i all = _mm256_srli_epi32(_mm256_blendv_epi8(up, quiet, nan), 16);
    const __m128i packed =
        _mm_packus_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(p)), packed);
  }
  static void store_some(std::uint16_t* p, Floats x, int n) {
    std::uint16_t some[kWidth];
    store(some, x);
    for (int i = 0; i < n; ++i) p[i] = some[i];
  }
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
    "avx2", 6, 16, {PARE_WINOGRAD_TRANSFORMS}, {{PARE_WINOGRAD_6(2)}}, {PARE_WINOGRAD_FINISHES}};

}  // namespace

const WinogradKernels* winograd_kernels_avx2() { return &kTable; }

}  // namespace pare
