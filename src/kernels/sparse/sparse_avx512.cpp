#include "kernels/intrinsics.hpp"
#include "kernels/sparse/sparse_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/sparse/sparse_lanes512.inc"
#include "kernels/sparse/sparse_one.inc"

namespace pare {
namespace {

/// Pair sums of 4-bit halves with 8-bit weights fit 16 bits; those of bytes would saturate.
struct Codes : CodeWords {
  static Sum add_product(Sum sum, Words w, Words x) {
    const __m512i half = _mm512_set1_epi8(15);
    const __m512i low = _mm512_maddubs_epi16(_mm512_and_si512(x, half), w);
    const __m512i high = _mm512_maddubs_epi16(_mm512_and_si512(_mm512_srli_epi16(x, 4), half), w);
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(low, _mm512_set1_epi16(1)));
    return _mm512_add_epi32(sum, _mm512_madd_epi16(high, _mm512_set1_epi16(16)));
  }
};

using Codes1 = PairCodes1;

}  // namespace
}  // namespace pare

#include "kernels/sparse/sparse_body.inc"

namespace pare {

constexpr SparseKernels kTable = PARE_SPARSE_TABLE("avx512", 4, 1, 16, 32, 64);

const SparseKernels* sparse_kernels_avx512() { return &kTable; }

}  // namespace pare
