#include "kernels/intrinsics.hpp"
#include "kernels/lowbit/lowbit_tables.hpp"

namespace pare {
namespace {

struct Lanes {
  using Floats = __m512;
  static constexpr int kVectors = 1;
  static constexpr int kColumns = 16;

  static Floats zero() { return _mm512_setzero_ps(); }
  static Floats load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, Floats x) { _mm512_storeu_ps(p, x); }
  static Floats broadcast(const float* p) { return _mm512_set1_ps(*p); }
  static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats sub(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
  static Floats mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
};

/// A word that is read value by value.
struct Rows {
  using Word = const std::byte*;
  static constexpr int kValues = 4;
  static Word load(const std::byte* word, int) { return word; }
  static __m128i row(Word w, int j) {
    const void* at = w + 16 * j;
    return _mm_loadu_si128(static_cast<const __m128i*>(at));
  }
};

struct Signed8 : Rows {
  explicit Signed8(const LowbitPanel&) {}
  static __m512 next(Word w, int j) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(row(w, j))); }
};

/// The bits of the code, moved, are those of a 16-bit float that is a power of two too small.
struct Float8 : Rows {
  explicit Float8(const LowbitPanel& p)
      : shift(_mm_cvtsi32_si128(p.shift)), mask(_mm256_set1_epi16(static_cast<short>(p.mask))) {}
  [[nodiscard]] __m512 next(Word w, int j) const {
    const __m256i wide = _mm256_sll_epi16(_mm256_cvtepi8_epi16(row(w, j)), shift);
    return _mm512_cvtph_ps(_mm256_and_si256(wide, mask));
  }
  __m128i shift;
  __m256i mask;
};

struct Table256 : Rows {
  explicit Table256(const LowbitPanel& p) : table(p.table) {}
  [[nodiscard]] __m512 next(Word w, int j) const {
    return _mm512_i32gather_ps(_mm512_cvtepu8_epi32(row(w, j)), table, 4);
  }
  const float* table;
};

/// A permutation reads the four low bits of a lane only.
struct Lookup {
  using Word = __m512i;
  static Word load(const std::byte* word, int) { return _mm512_loadu_si512(word); }
  [[nodiscard]] __m512 level(__m512i index) const { return _mm512_permutexvar_ps(index, table); }
  __m512 table;
};

struct Table16 : Lookup {
  static constexpr int kValues = 8;
  explicit Table16(const LowbitPanel& p) : Lookup{_mm512_loadu_ps(p.table)} {}
  [[nodiscard]] __m512 next(Word w, int j) const {
    return level(_mm512_srli_epi32(w, static_cast<unsigned>(4 * j)));
  }
};

struct Table4 : Lookup {
  static constexpr int kValues = 16;
  explicit Table4(const LowbitPanel& p) : Lookup{_mm512_broadcast_f32x4(_mm_loadu_ps(p.table))} {}
  [[nodiscard]] __m512 next(Word w, int j) const {
    return level(_mm512_srli_epi32(w, static_cast<unsigned>(2 * j)));
  }
};

/// Each byte is a fraction of 256; three times it carries the next digit out.
struct Trits : Lookup {
  struct Word {
    __m512i even, odd;  // two bytes of a lane, each with room above
    __m512i times_even, times_odd;
  };
  static constexpr int kValues = 20;
  explicit Trits(const LowbitPanel& p) : Lookup{_mm512_broadcast_f32x4(_mm_loadu_ps(p.table))} {}
  static Word load(const std::byte* word, int) {
    const __m512i all = _mm512_loadu_si512(word);
    const __m512i bytes = _mm512_set1_epi32(0x00FF00FF);
    Word w;
    w.even = _mm512_and_si512(all, bytes);
    w.odd = _mm512_and_si512(_mm512_srli_epi32(all, 8), bytes);
    w.times_even = w.even;
    w.times_odd = w.odd;
    return w;
  }
  /// Digit j / 4 of byte j % 4.
  [[nodiscard]] __m512 next(Word& w, int j) const {
    __m512i& rest = j % 2 == 0 ? w.even : w.odd;
    __m512i& times = j % 2 == 0 ? w.times_even : w.times_odd;
    if (j % 4 < 2) times = _mm512_add_epi32(rest, _mm512_add_epi32(rest, rest));
    const __m512 got = level(_mm512_srli_epi32(times, j % 4 < 2 ? 8U : 24U));
    if (j % 4 >= 2) rest = _mm512_and_si512(times, _mm512_set1_epi32(0x00FF00FF));
    return got;
  }
};

}  // namespace
}  // namespace pare

#include "kernels/lowbit/lowbit_body.inc"

namespace pare {
namespace {

#define PARE_FEW PARE_FEW_8
constexpr LowbitFewFn kFew[kLowbitCodes][2][kMostFewRows] = {PARE_FEW_ALL};
constexpr LowbitMultiplyFn kMultiply[][kMostFloatRows] = {{PARE_ROWS_14(1)}, {PARE_ROWS_14(2)}};
constexpr LowbitKernels kTable = {"avx512", 14, 2, 8, 32, kFew, kDecode, kMultiply};

}  // namespace

const LowbitKernels* lowbit_kernels_avx512() { return &kTable; }

}  // namespace pare
