#include "kernels/intrinsics.hpp"
#include "kernels/winograd/winograd_tables.hpp"

namespace pare {
namespace {

struct Lanes {
  using Floats = __m512;
  static constexpr int kWidth = 16;

  static Floats all(float x) { return _mm512_set1_ps(x); }
  static Floats load(const float* p) { return _mm512_loadu_ps(p); }
  static Floats load_some(const float* p, int n) {
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << static_cast<unsigned>(n)) - 1U), p);
  }
  static void store(float* p, Floats x) { _mm512_storeu_ps(p, x); }
  static void store_some(float* p, Floats x, int n) {
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1U << static_cast<unsigned>(n)) - 1U), x);
  }
  /// bfloat16: to nearest, ties to even; NaN stays one.
  static Floats wide(__m256i x) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16));
  }
  static __m256i narrow(Floats x) {
    const __m512i bits = _mm512_castps_si512(x);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i up = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFF)));
    const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_mov_epi32(up, nan, quiet), 16));
  }
  static __mmask16 first(int n) {
    return static_cast<__mmask16>((1U << static_cast<unsigned>(n)) - 1U);
  }
  static Floats load(const std::uint16_t* p) {
    return wide(_mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(p))));
  }
  static Floats load_some(const std::uint16_t* p, int n) {
    return wide(_mm256_maskz_loadu_epi16(first(n), p));
  }
  static void store(std::uint16_t* p, Floats x) {
    _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(p)), narrow(x));
  }
  static void store_some(std::uint16_t* p, Floats x, int n) {
    _mm256_mask_storeu_epi16(p, first(n), narrow(x));
  }
  static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats sub(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
  static Floats mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats add_product(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(b, c, a); }
  static Floats less_product(Floats a, Floats b, Floats c) { return _mm512_fnmadd_ps(b, c, a); }
  /// NaN stays: the second operand is what comes out.
  static Floats clip(Floats x, Floats low, Floats high) {
    return _mm512_min_ps(high, _mm512_max_ps(low, x));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/winograd/winograd_body.inc"

namespace pare {
namespace {

constexpr WinogradKernels kTable = {"avx512",
                                    14,
                                    32,
                                    {PARE_WINOGRAD_TRANSFORMS},
                                    {{PARE_WINOGRAD_14(1)}, {PARE_WINOGRAD_14(2)}},
                                    {PARE_WINOGRAD_FINISHES}};

}  // namespace

const WinogradKernels* winograd_kernels_avx512() { return &kTable; }

}  // namespace pare
