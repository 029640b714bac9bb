#include "kernels/intrinsics.hpp"
#include "kernels/recurrent/recurrent_tables.hpp"

namespace pare {
namespace {

constexpr int kVectors = 4;
constexpr int kWidth = 16;

inline __m512i load(const void* p) { return _mm512_loadu_si512(p); }

/// Several sums of each column where there are few rows, so that none waits for the one before.
template <int R>
void product(const CodeBlock& b, const CodeRow* rows, float* sums, std::int64_t stride) {
  constexpr int kSets = R == 1 ? 4 : R == 2 ? 2 : 1;
  __m512i acc[kSets][R][kVectors];
#pragma GCC unroll 4
  for (int set = 0; set < kSets; ++set) {
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) acc[set][r][v] = _mm512_setzero_si512();
    }
  }
  const auto step = [&](std::int64_t q, int set) {
    __m512i w[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) w[v] = load(b.words + (q * kVectors + v) * 64);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      int word = 0;
      __builtin_memcpy(&word, rows[r].codes + q * 4, sizeof word);
      const __m512i x = _mm512_set1_epi32(word);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        acc[set][r][v] = _mm512_dpbusd_epi32(acc[set][r][v], x, w[v]);
      }
    }
  };
  std::int64_t q = 0;
  for (; q + kSets <= b.quads; q += kSets) {
#pragma GCC unroll 4
    for (int set = 0; set < kSets; ++set) step(q + set, set);
  }
  for (; q < b.quads; ++q) step(q, 0);
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) {
    const __m512i zero = _mm512_set1_epi32(rows[r].zero);
    const __m512i all = _mm512_set1_epi32(rows[r].sum);
    const __m512 scale = _mm512_set1_ps(rows[r].scale);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      __m512i sum = acc[0][r][v];
#pragma GCC unroll 4
      for (int set = 1; set < kSets; ++set) sum = _mm512_add_epi32(sum, acc[set][r][v]);
      const int at = v * kWidth;
      sum = _mm512_sub_epi32(sum, _mm512_mullo_epi32(zero, load(b.corrections + at)));
      sum = _mm512_sub_epi32(sum, _mm512_mullo_epi32(all, load(b.zeros + at)));
      const __m512 factor = _mm512_mul_ps(scale, _mm512_loadu_ps(b.scales + at));
      float* to = sums + r * stride + at;
      const __m512 real = _mm512_mul_ps(factor, _mm512_cvtepi32_ps(sum));
      _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), real));
    }
  }
}

constexpr CodeProductKernels kTable = {"avx512_vnni",
                                       {product<1>, product<2>, product<3>, product<4>}};

}  // namespace

const CodeProductKernels* code_product_kernels_vnni() { return &kTable; }

}  // namespace pare
