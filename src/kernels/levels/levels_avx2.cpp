#include "kernels/intrinsics.hpp"
#include "kernels/levels/levels_tables.hpp"

namespace pare {
namespace {

/// 8 columns to a vector. No VNNI: 8-bit codes need 16-bit operands, because pair sums of
/// unsigned times signed bytes would saturate.
struct Lanes {
  using Bytes = __m256i;
  using Halves = __m256i;
  using Words = __m256i;
  static constexpr int kVectors = 2;
  static constexpr int kColumns = 8;
  static constexpr int kBytes = 32;

  static const __m256i* vector(const void* p) { return static_cast<const __m256i*>(p); }
  static Bytes load(const std::byte* p) { return _mm256_loadu_si256(vector(p)); }
  static Halves load_halves(const std::int16_t* p) { return _mm256_loadu_si256(vector(p)); }
  static Words zero() { return _mm256_setzero_si256(); }
  static Bytes four(const std::byte* p) {
    int word = 0;
    __builtin_memcpy(&word, p, 4);
    return _mm256_set1_epi32(word);
  }
  static Halves add_pairs(Halves acc, Bytes x, Bytes w) {
    return _mm256_add_epi16(acc, _mm256_maddubs_epi16(x, w));
  }
  static Words add_products(Words acc, Bytes x, Bytes w) {
    return _mm256_add_epi32(acc, _mm256_madd_epi16(x, w));
  }
  static void add_widened(std::int32_t* sums, Halves acc) {
    void* to = sums;
    const Words more = _mm256_madd_epi16(acc, _mm256_set1_epi16(1));
    _mm256_storeu_si256(static_cast<__m256i*>(to),
                        _mm256_add_epi32(_mm256_loadu_si256(vector(sums)), more));
  }
  static void store(std::int32_t* sums, Words acc) {
    void* to = sums;
    _mm256_storeu_si256(static_cast<__m256i*>(to), acc);
  }
};

}  // namespace
}  // namespace pare

#include "kernels/levels/levels_body.inc"

namespace pare {
namespace {

#define PARE_TILE_MORE(fn, v)
constexpr LevelTileFn kNarrow[][kMostTileRows] = {PARE_TILE_ROW(narrow, kV)};
constexpr LevelTileFn kWide[][kMostTileRows] = {PARE_TILE_ROW(wide, kV)};
constexpr LevelKernels kTable = {"avx2", 6, 1, false, kNarrow, kWide};

}  // namespace

const LevelKernels* level_kernels_avx2() { return &kTable; }

}  // namespace pare
