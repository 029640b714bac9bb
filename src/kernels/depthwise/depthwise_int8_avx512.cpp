#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/intrinsics.hpp"
#include "kernels/view.hpp"

#include "kernels/depthwise/int8_lanes_avx512.inc"

namespace pare {
namespace {

/// Codes of two rows as 16-bit words: without VNNI, sums of byte products would saturate.
struct Lanes : Lanes512 {
  static constexpr const char* kName = "avx512";
  static constexpr int kTaps = 2;

  static Codes beside(__m128i a, __m128i b, std::uint8_t flip) {
    const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_unpacklo_epi8(a, b)),
                                                 _mm_unpackhi_epi8(a, b), 1);
    const __m256i f = _mm256_set1_epi8(static_cast<char>(flip));
    return _mm512_cvtepu8_epi16(_mm256_xor_si256(both, f));
  }
  static Codes beside(const std::byte* const* row, std::int64_t at, std::uint8_t flip) {
    return beside(sixteen(row[0] + at), sixteen(row[1] + at), flip);
  }
  static Codes beside_some(const std::byte* const* row, Mask m, std::uint8_t flip) {
    return beside(_mm_maskz_loadu_epi8(m, row[0]), _mm_maskz_loadu_epi8(m, row[1]), flip);
  }
  static Words dot(Words acc, Codes x, Codes w) {
    return _mm512_add_epi32(acc, _mm512_madd_epi16(x, w));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_int8_body.inc"

namespace pare {

const DepthwiseCodeKernels* depthwise_code_kernels_avx512() { return &kTable; }

}  // namespace pare
