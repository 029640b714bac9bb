#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/intrinsics.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

/// 8 channels to a vector; codes of two rows as 16-bit words.
struct Lanes {
  using Codes = __m256i;
  using Words = __m256i;
  using Floats = __m256;
  using Packed = __m256i;  // 8 codes of each of 4 columns
  using Mask = std::int64_t;
  static constexpr const char* kName = "avx2";
  static constexpr bool kUnrolls = true;
  static constexpr int kLanes = 8;
  static constexpr int kTaps = 2;

  static Mask mask(std::int64_t n) { return n; }
  static __m256i* vector(void* p) { return static_cast<__m256i*>(p); }
  static const __m256i* vector(const void* p) { return static_cast<const __m256i*>(p); }
  static Codes load(const std::byte* p) { return _mm256_loadu_si256(vector(p)); }
  static void store(std::byte* p, Codes x) { _mm256_storeu_si256(vector(p), x); }
  static Words load_words(const std::int32_t* p) { return _mm256_loadu_si256(vector(p)); }
  static Floats load_floats(const float* p) { return _mm256_loadu_ps(p); }
  static void store_floats(float* p, Floats x, Mask n) {
    if (n >= kLanes) return _mm256_storeu_ps(p, x);
    float all[kLanes];
    _mm256_storeu_ps(all, x);
    for (int i = 0; i < n; ++i) p[i] = all[i];
  }
  static __m128i eight(const std::byte* p, Mask n) {
    if (n >= kLanes)
      return _mm_loadl_epi64(static_cast<const __m128i*>(static_cast<const void*>(p)));
    std::uint64_t all = 0;
    for (int i = 0; i < n; ++i) all |= static_cast<std::uint64_t>(p[i]) << (8 * i);
    return _mm_cvtsi64_si128(static_cast<long long>(all));
  }
  static Codes beside_some(const std::byte* const* row, Mask n, std::uint8_t flip) {
    const __m128i both = _mm_unpacklo_epi8(eight(row[0], n), eight(row[1], n));
    return _mm256_cvtepu8_epi16(_mm_xor_si128(both, _mm_set1_epi8(static_cast<char>(flip))));
  }
  static Codes beside(const std::byte* const* row, std::int64_t at, std::uint8_t flip) {
    const std::byte* there[kTaps] = {row[0] + at, row[1] + at};
    return beside_some(there, kLanes, flip);
  }
  static Words dot(Words acc, Codes x, Codes w) {
    return _mm256_add_epi32(acc, _mm256_madd_epi16(x, w));
  }
  static Floats scaled(Words sum, Floats scale, Floats bias) {
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, bias);
  }
  static Floats bound(Floats x, float low, float high) {
    return _mm256_min_ps(_mm256_set1_ps(high), _mm256_max_ps(_mm256_set1_ps(low), x));
  }
  static Floats hard_swish(Floats x, float step) {
    const Floats g = _mm256_fmadd_ps(x, _mm256_set1_ps(1.0F / 6.0F), _mm256_set1_ps(0.5F));
    return _mm256_mul_ps(_mm256_mul_ps(x, bound(g, 0, 1)), _mm256_set1_ps(step));
  }
  static Packed codes(const Floats* v, int zero, int low, int high, std::uint8_t flip) {
    const __m256i z = _mm256_set1_epi16(static_cast<short>(zero));
    const __m256i a = _mm256_packs_epi32(_mm256_cvtps_epi32(v[0]), _mm256_cvtps_epi32(v[1]));
    const __m256i b = _mm256_packs_epi32(_mm256_cvtps_epi32(v[2]), _mm256_cvtps_epi32(v[3]));
    __m256i c = _mm256_packus_epi16(_mm256_adds_epi16(a, z), _mm256_adds_epi16(b, z));
    c = _mm256_max_epu8(c, _mm256_set1_epi8(static_cast<char>(low)));
    c = _mm256_min_epu8(c, _mm256_set1_epi8(static_cast<char>(high)));
    c = _mm256_xor_si256(c, _mm256_set1_epi8(static_cast<char>(flip)));
    return _mm256_permutevar8x32_epi32(c, _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0));
  }
  template <int kMost>
  static void store_codes(std::byte* y, std::int64_t step, Packed c, Mask n, int columns) {
    std::byte all[4 * kLanes];
    _mm256_storeu_si256(vector(all), c);
#pragma GCC unroll 4
    for (int i = 0; i < kMost; ++i) {
      if (i >= columns) continue;
      if (n >= kLanes) {
        __builtin_memcpy(y + i * step, all + i * kLanes, kLanes);
      } else {
        for (int k = 0; k < n; ++k) y[i * step + k] = all[i * kLanes + k];
      }
    }
  }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_int8_body.inc"

namespace pare {

const DepthwiseCodeKernels* depthwise_code_kernels_avx2() { return &kTable; }

}  // namespace pare
