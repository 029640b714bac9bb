#include "kernels/dots/dots_tables.hpp"
#include "kernels/intrinsics.hpp"

namespace pare {
namespace {

/// 8 columns to a vector.
struct Lanes {
  using Bytes = __m256i;
  using Words = __m256i;
  using Floats = __m256;
  static constexpr int kVectors = 2;
  static constexpr int kColumns = 8;
  static constexpr int kBytes = 32;

  static Floats no_floats() { return _mm256_setzero_ps(); }
  static Floats load_floats(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, Floats x) { _mm256_storeu_ps(p, x); }
  static Bytes load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static Bytes four(const std::byte* p) {
    int word = 0;
    __builtin_memcpy(&word, p, 4);
    return _mm256_set1_epi32(word);
  }
  static Words times(const std::int32_t* p, std::int32_t factor) {
    return _mm256_mullo_epi32(load(p), _mm256_set1_epi32(factor));
  }
  static Bytes low_half(Bytes w) { return _mm256_and_si256(w, _mm256_set1_epi8(15)); }
  static Bytes high_half(Bytes w) { return low_half(_mm256_srli_epi16(w, 4)); }
  /// Pair sums of 4-bit codes with 8-bit ones are below 3811, two of them fit 16 bits.
  static Words add_halves(Words acc, Bytes low, Bytes x, Bytes high, Bytes y) {
    const Words pairs =
        _mm256_add_epi16(_mm256_maddubs_epi16(low, x), _mm256_maddubs_epi16(high, y));
    return _mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  /// Pair sums of bytes would saturate: the halves are multiplied on their own.
  static Words add_bytes(Words acc, Bytes w, Bytes x) {
    const Words low = _mm256_maddubs_epi16(low_half(w), x);
    const Words high = _mm256_maddubs_epi16(high_half(w), x);
    acc = _mm256_add_epi32(acc, _mm256_madd_epi16(low, _mm256_set1_epi16(1)));
    return _mm256_add_epi32(acc, _mm256_madd_epi16(high, _mm256_set1_epi16(16)));
  }
  static Floats add_scaled(Floats total, Words sum, Floats scale) {
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, total);
  }
};

}  // namespace
}  // namespace pare

#include "kernels/dots/dots_body.inc"

namespace pare {
namespace {

constexpr DotFn kRun[2][kMostDotRows] = {{PARE_DOTS_4(4)}, {PARE_DOTS_4(8)}};
constexpr DotKernels kTable = {"avx2", 4, kRun, quantize};

}  // namespace

const DotKernels* dot_kernels_avx2() { return &kTable; }

}  // namespace pare
