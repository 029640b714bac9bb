#include "kernels/intrinsics.hpp"
#include "kernels/lowbit/lowbit_tables.hpp"

namespace pare {
namespace {

struct Lanes {
  using Floats = __m256;
  static constexpr int kVectors = 2;
  static constexpr int kColumns = 8;

  static Floats zero() { return _mm256_setzero_ps(); }
  static Floats load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, Floats x) { _mm256_storeu_ps(p, x); }
  static Floats broadcast(const float* p) { return _mm256_broadcast_ss(p); }
  static Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static Floats sub(Floats a, Floats b) { return _mm256_sub_ps(a, b); }
  static Floats mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
};

/// A word that is read value by value.
struct Rows {
  using Word = const std::byte*;
  static constexpr int kValues = 4;
  static Word load(const std::byte* word, int v) { return word + 8 * v; }
  static __m128i row(Word w, int j) {
    const void* at = w + 16 * j;
    return _mm_loadl_epi64(static_cast<const __m128i*>(at));
  }
};

struct Signed8 : Rows {
  explicit Signed8(const LowbitPanel&) {}
  static __m256 next(Word w, int j) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(row(w, j))); }
};

/// The bits of the code, moved, are those of a 16-bit float that is a power of two too small.
struct Float8 : Rows {
  explicit Float8(const LowbitPanel& p)
      : shift(_mm_cvtsi32_si128(p.shift)), mask(_mm_set1_epi16(static_cast<short>(p.mask))) {}
  [[nodiscard]] __m256 next(Word w, int j) const {
    const __m128i wide = _mm_sll_epi16(_mm_cvtepi8_epi16(row(w, j)), shift);
    return _mm256_cvtph_ps(_mm_and_si128(wide, mask));
  }
  __m128i shift;
  __m128i mask;
};

struct Table256 : Rows {
  explicit Table256(const LowbitPanel& p) : table(p.table) {}
  [[nodiscard]] __m256 next(Word w, int j) const {
    return _mm256_i32gather_ps(table, _mm256_cvtepu8_epi32(row(w, j)), 4);
  }
  const float* table;
};

inline __m256i lanes_of(const std::byte* word, int v) {
  const void* at = word + 32 * v;
  return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}

struct Table16 {
  using Word = __m256i;
  static constexpr int kValues = 8;
  explicit Table16(const LowbitPanel& p)
      : low(_mm256_loadu_ps(p.table)), high(_mm256_loadu_ps(p.table + 8)) {}
  static Word load(const std::byte* word, int v) { return lanes_of(word, v); }
  /// A permutation reads three bits; the fourth, as a sign, chooses the half of the table.
  [[nodiscard]] __m256 next(Word w, int j) const {
    const __m256i index = _mm256_srli_epi32(w, 4 * j);
    const __m256i sign = _mm256_slli_epi32(w, 28 - 4 * j);
    return _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, index),
                            _mm256_permutevar8x32_ps(high, index), _mm256_castsi256_ps(sign));
  }
  __m256 low, high;
};

struct Table4 {
  using Word = __m256i;
  static constexpr int kValues = 16;
  explicit Table4(const LowbitPanel& p) : table(twice(p.table)) {}
  static __m256 twice(const float* t) {
    const __m128 once = _mm_loadu_ps(t);
    return _mm256_insertf128_ps(_mm256_castps128_ps256(once), once, 1);
  }
  static Word load(const std::byte* word, int v) { return lanes_of(word, v); }
  [[nodiscard]] __m256 next(Word w, int j) const {
    return _mm256_permutevar8x32_ps(table, _mm256_srli_epi32(w, 2 * j));
  }
  __m256 table;
};

/// Each byte is a fraction of 256; three times it carries the next digit out.
struct Trits {
  struct Word {
    __m256i even, odd;  // two bytes of a lane, each with room above
    __m256i times_even, times_odd;
  };
  static constexpr int kValues = 20;
  explicit Trits(const LowbitPanel& p) : table(Table4::twice(p.table)) {}
  static Word load(const std::byte* word, int v) {
    const __m256i all = lanes_of(word, v);
    const __m256i bytes = _mm256_set1_epi32(0x00FF00FF);
    Word w;
    w.even = _mm256_and_si256(all, bytes);
    w.odd = _mm256_and_si256(_mm256_srli_epi32(all, 8), bytes);
    w.times_even = w.even;
    w.times_odd = w.odd;
    return w;
  }
  /// Digit j / 4 of byte j % 4.
  [[nodiscard]] __m256 next(Word& w, int j) const {
    __m256i& rest = j % 2 == 0 ? w.even : w.odd;
    __m256i& times = j % 2 == 0 ? w.times_even : w.times_odd;
    if (j % 4 < 2) times = _mm256_add_epi32(rest, _mm256_add_epi32(rest, rest));
    const __m256 got =
        _mm256_permutevar8x32_ps(table, _mm256_srli_epi32(times, j % 4 < 2 ? 8 : 24));
    if (j % 4 >= 2) rest = _mm256_and_si256(times, _mm256_set1_epi32(0x00FF00FF));
    return got;
  }
  __m256 table;
};

}  // namespace
}  // namespace pare

#include "kernels/lowbit/lowbit_body.inc"

namespace pare {
namespace {

#define PARE_FEW PARE_FEW_4
constexpr LowbitFewFn kFew[kLowbitCodes][2][kMostFewRows] = {PARE_FEW_ALL};
constexpr LowbitMultiplyFn kMultiply[][kMostFloatRows] = {{PARE_ROWS_6(2)}};
constexpr LowbitKernels kTable = {"avx2", 6, 1, 4, 6, kFew, kDecode, kMultiply};

}  // namespace

const LowbitKernels* lowbit_kernels_avx2() { return &kTable; }

}  // namespace pare
