#include "kernels/intrinsics.hpp"
#include "kernels/levels/levels_tables.hpp"

namespace pare {
namespace {

/// 16 columns to a vector, without VNNI (see the AVX2 version).
struct Lanes {
  using Bytes = __m512i;
  using Halves = __m512i;
  using Words = __m512i;
  static constexpr int kVectors = 1;
  static constexpr int kColumns = 16;
  static constexpr int kBytes = 64;

  static Bytes load(const std::byte* p) { return _mm512_loadu_si512(p); }
  static Halves load_halves(const std::int16_t* p) { return _mm512_loadu_si512(p); }
  static Words zero() { return _mm512_setzero_si512(); }
  static Bytes four(const std::byte* p) {
    int word = 0;
    __builtin_memcpy(&word, p, 4);
    return _mm512_set1_epi32(word);
  }
  static Halves add_pairs(Halves acc, Bytes x, Bytes w) {
    return _mm512_add_epi16(acc, _mm512_maddubs_epi16(x, w));
  }
  static Words add_products(Words acc, Bytes x, Bytes w) {
    return _mm512_add_epi32(acc, _mm512_madd_epi16(x, w));
  }
  static void add_widened(std::int32_t* sums, Halves acc) {
    const Words more = _mm512_madd_epi16(acc, _mm512_set1_epi16(1));
    store(sums, _mm512_add_epi32(_mm512_loadu_si512(sums), more));
  }
  static void store(std::int32_t* sums, Words acc) { _mm512_storeu_si512(sums, acc); }
};

}  // namespace
}  // namespace pare

#include "kernels/levels/levels_body.inc"

namespace pare {
namespace {

#define PARE_TILE_MORE(fn, v)                                                                  \
  Tile<Lanes, 7, v>::fn, Tile<Lanes, 8, v>::fn, Tile<Lanes, 9, v>::fn, Tile<Lanes, 10, v>::fn, \
      Tile<Lanes, 11, v>::fn, Tile<Lanes, 12, v>::fn
constexpr LevelTileFn kNarrow[][kMostTileRows] = {PARE_TILE_ROW(narrow, kV),
                                                  PARE_TILE_ROW(narrow, 2 * kV)};
constexpr LevelTileFn kWide[][kMostTileRows] = {PARE_TILE_ROW(wide, kV),
                                                PARE_TILE_ROW(wide, 2 * kV)};
constexpr LevelKernels kTable = {"avx512", 12, 2, false, kNarrow, kWide};

}  // namespace

const LevelKernels* level_kernels_avx512() { return &kTable; }

}  // namespace pare
