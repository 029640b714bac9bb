// GCC's own header leaves results that are overwritten anyway uninitialised.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include "kernels/sparse/sparse_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/sparse/sparse_lanes512.inc"

namespace pare {
namespace {

/// Pair sums of 4-bit halves with 8-bit weights fit 16 bits; those of bytes would saturate.
struct Codes {
  using Words = __m512i;
  using Sum = __m512i;
  static constexpr int kLanes = 16;
  static Sum zero() { return _mm512_setzero_si512(); }
  static Words load(const std::byte* p) { return _mm512_loadu_si512(p); }
  static Words spread(const std::uint32_t* p) {
    int word = 0;
    __builtin_memcpy(&word, p, 4);
    return _mm512_set1_epi32(word);
  }
  static Sum add_product(Sum sum, Words w, Words x) {
    const __m512i half = _mm512_set1_epi8(15);
    const __m512i low = _mm512_maddubs_epi16(_mm512_and_si512(x, half), w);
    const __m512i high = _mm512_maddubs_epi16(_mm512_and_si512(_mm512_srli_epi16(x, 4), half), w);
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(low, _mm512_set1_epi16(1)));
    return _mm512_add_epi32(sum, _mm512_madd_epi16(high, _mm512_set1_epi16(16)));
  }
  static Sum add(Sum a, Sum b) { return _mm512_add_epi32(a, b); }
  static void store(std::byte* p, Sum s) { _mm512_storeu_si512(p, s); }
};

struct Codes1 {
  using Words = __m128i;
  using Sum = __m128i;
  static constexpr int kLanes = 1;
  static Sum zero() { return _mm_setzero_si128(); }
  static Words load(const std::byte* p) {
    int word = 0;
    __builtin_memcpy(&word, p, 4);
    return _mm_cvtsi32_si128(word);
  }
  static Words spread(const std::uint32_t* p) {
    int word = 0;
    __builtin_memcpy(&word, p, 4);
    return _mm_cvtsi32_si128(word);
  }
  /// Pairs of 16-bit products; the two sums of a word are added when it is stored.
  static Sum add_product(Sum sum, Words w, Words x) {
    return _mm_add_epi32(sum, _mm_madd_epi16(_mm_cvtepi8_epi16(w), _mm_cvtepu8_epi16(x)));
  }
  static Sum add(Sum a, Sum b) { return _mm_add_epi32(a, b); }
  static void store(std::byte* p, Sum s) {
    const int all = _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_srli_si128(s, 4)));
    __builtin_memcpy(p, &all, 4);
  }
};

}  // namespace
}  // namespace pare

#include "kernels/sparse/sparse_body.inc"

namespace pare {

constexpr SparseKernels kTable = {
    "avx512",
    {1, 16, 32, 64},
    {PARE_SPARSE_WIDTHS(Floats, Floats1, 4, 1),
     PARE_SPARSE_WIDTHS(Floats, Floats1, 4, kSparseGroup)},
    {PARE_SPARSE_WIDTHS(Codes, Codes1, 4, 1), PARE_SPARSE_WIDTHS(Codes, Codes1, 4, kSparseGroup)},
    turn,
    finite,
    finish};

const SparseKernels* sparse_kernels_avx512() { return &kTable; }

}  // namespace pare
