#include "kernels/intrinsics.hpp"
#include "kernels/sparse/sparse_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/sparse/sparse_one.inc"

namespace pare {
namespace {

constexpr std::int64_t kTurn = 8;

struct Floats {
  using Words = __m256;
  using Sum = __m256;
  static constexpr int kLanes = 8;
  static Sum zero() { return _mm256_setzero_ps(); }
  static Words load(const std::byte* p) { return _mm256_loadu_ps(view<float>(p)); }
  static Words spread(const std::uint32_t* p) {
    float x = 0;
    __builtin_memcpy(&x, p, 4);
    return _mm256_set1_ps(x);
  }
  static Sum add_product(Sum sum, Words w, Words x) { return _mm256_fmadd_ps(w, x, sum); }
  static Sum add(Sum a, Sum b) { return _mm256_add_ps(a, b); }
  static void store(std::byte* p, Sum s) { _mm256_storeu_ps(view<float>(p), s); }
};

/// Pair sums of 4-bit halves with 8-bit weights fit 16 bits; those of bytes would saturate.
struct Codes {
  using Words = __m256i;
  using Sum = __m256i;
  static constexpr int kLanes = 8;
  static Sum zero() { return _mm256_setzero_si256(); }
  static Words load(const std::byte* p) { return _mm256_loadu_si256(view<__m256i>(p)); }
  static Words spread(const std::uint32_t* p) {
    int word = 0;
    __builtin_memcpy(&word, p, 4);
    return _mm256_set1_epi32(word);
  }
  static Sum add_product(Sum sum, Words w, Words x) {
    const __m256i half = _mm256_set1_epi8(15);
    const __m256i low = _mm256_maddubs_epi16(_mm256_and_si256(x, half), w);
    const __m256i high = _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(x, 4), half), w);
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(low, _mm256_set1_epi16(1)));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(high, _mm256_set1_epi16(16)));
  }
  static Sum add(Sum a, Sum b) { return _mm256_add_epi32(a, b); }
  static void store(std::byte* p, Sum s) { _mm256_storeu_si256(view<__m256i>(p), s); }
};

using Codes1 = PairCodes1;

void turn_block(const std::byte* x, std::int64_t stride, std::uint32_t flip, std::byte* y,
                std::int64_t y_stride) {
  const __m256i mask = _mm256_set1_epi32(static_cast<int>(flip));
  __m256 a[8];
  __m256 b[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    a[i] = _mm256_castsi256_ps(
        _mm256_xor_si256(mask, _mm256_loadu_si256(view<__m256i>(x + i * stride))));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    a[i] = _mm256_shuffle_ps(b[i], b[i + 2], 0x44);
    a[i + 1] = _mm256_shuffle_ps(b[i], b[i + 2], 0xEE);
    a[i + 2] = _mm256_shuffle_ps(b[i + 1], b[i + 3], 0x44);
    a[i + 3] = _mm256_shuffle_ps(b[i + 1], b[i + 3], 0xEE);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    _mm256_storeu_ps(view<float>(y + i * y_stride), _mm256_permute2f128_ps(a[i], a[i + 4], 0x20));
    _mm256_storeu_ps(view<float>(y + (i + 4) * y_stride),
                     _mm256_permute2f128_ps(a[i], a[i + 4], 0x31));
  }
}

}  // namespace
}  // namespace pare

#include "kernels/sparse/sparse_body.inc"

namespace pare {

constexpr SparseKernels kTable = PARE_SPARSE_TABLE("avx2", 2, 1, 8, 16, 16);

const SparseKernels* sparse_kernels_avx2() { return &kTable; }

}  // namespace pare
