#include "kernels/intrinsics.hpp"
#include "kernels/window8/window8_tables.hpp"

namespace pare {
namespace {

struct Lanes {
  using Words = __m512i;
  using Floats = __m512;

  static Words all(std::int32_t x) { return _mm512_set1_epi32(x); }
  static Floats all(float x) { return _mm512_set1_ps(x); }
  static Words load(const std::int32_t* p) { return _mm512_loadu_si512(p); }
  static Words load(const std::byte* p) { return _mm512_loadu_si512(p); }
  static Floats load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(std::int32_t* p, Words x) { _mm512_storeu_si512(p, x); }
  static Words four(const std::byte* p, Words flip) {
    int word = 0;
    __builtin_memcpy(&word, p, 4);
    return _mm512_xor_si512(flip, _mm512_set1_epi32(word));
  }
  static Words add_products(Words acc, Words x, Words w) { return _mm512_dpbusd_epi32(acc, x, w); }
  static Floats floats(Words x) { return _mm512_cvtepi32_ps(x); }
  static Floats plus(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats times(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats clip(Floats x, Floats low, Floats high) {
    return _mm512_min_ps(_mm512_max_ps(x, low), high);
  }
  static Words rounded(Floats x) { return _mm512_cvtps_epi32(x); }
  /// Four vectors of results saturated to bytes, one behind the other.
  static Words pack(Words a, Words b, Words c, Words d, bool is_signed) {
    const Words low = _mm512_packs_epi32(a, b);
    const Words high = _mm512_packs_epi32(c, d);
    const Words mixed = _mm512_mask_packs_epi16(
        _mm512_packus_epi16(low, high), is_signed ? ~__mmask64{0} : __mmask64{0}, low, high);
    const Words order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(order, mixed);
  }
  template <int kBytes>
  static void store_bytes(std::byte* p, Words x) {
    __builtin_memcpy(p, &x, kBytes);
  }
  static void store_some(std::byte* p, Words x, int n) {
    _mm512_mask_storeu_epi8(p, (1ULL << static_cast<unsigned>(n)) - 1ULL, x);
  }
};

}  // namespace
}  // namespace pare

#include "kernels/window8/window8_body.inc"

namespace pare {
namespace {

#define PARE_WINDOW_ALL(p)                                                                         \
  {                                                                                                \
    {PARE_WINDOW_12(1, p)}, {PARE_WINDOW_12(2, p)}, {PARE_WINDOW_8(3, p)}, { PARE_WINDOW_6(4, p) } \
  }

constexpr WindowKernels kTable = {
    "avx512_vnni", {12, 12, 8, 6}, {PARE_WINDOW_ALL(false), PARE_WINDOW_ALL(true)}};

}  // namespace

const WindowKernels* window_kernels_vnni() { return &kTable; }

}  // namespace pare
