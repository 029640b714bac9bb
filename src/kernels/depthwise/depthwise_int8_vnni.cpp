#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/intrinsics.hpp"
#include "kernels/view.hpp"

#include "kernels/depthwise/int8_lanes_avx512.inc"

namespace pare {
namespace {

/// One instruction adds the codes of four rows.
struct Lanes : Lanes512 {
  static constexpr const char* kName = "vnni";
  static constexpr int kTaps = 4;

  static Codes turned(__m512i x, std::uint8_t flip) {
    x = _mm512_xor_si512(x, _mm512_set1_epi8(static_cast<char>(flip)));
    const __m128i order = _mm_set_epi8(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    return _mm512_shuffle_epi8(turn(x), _mm512_broadcast_i32x4(order));
  }
  static Codes beside(const std::byte* const* row, std::int64_t at, std::uint8_t flip) {
    __m512i x = _mm512_castsi128_si512(sixteen(row[0] + at));
    x = _mm512_inserti32x4(x, sixteen(row[1] + at), 1);
    x = _mm512_inserti32x4(x, sixteen(row[2] + at), 2);
    return turned(_mm512_inserti32x4(x, sixteen(row[3] + at), 3), flip);
  }
  static Codes beside_some(const std::byte* const* row, Mask m, std::uint8_t flip) {
    __m512i x = _mm512_castsi128_si512(_mm_maskz_loadu_epi8(m, row[0]));
    x = _mm512_inserti32x4(x, _mm_maskz_loadu_epi8(m, row[1]), 1);
    x = _mm512_inserti32x4(x, _mm_maskz_loadu_epi8(m, row[2]), 2);
    return turned(_mm512_inserti32x4(x, _mm_maskz_loadu_epi8(m, row[3]), 3), flip);
  }
  static Words dot(Words acc, Codes x, Codes w) { return _mm512_dpbusd_epi32(acc, x, w); }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_int8_body.inc"

namespace pare {

const DepthwiseCodeKernels* depthwise_code_kernels_vnni() { return &kTable; }

}  // namespace pare
