#include "kernels/levels/levels_tables.hpp"

namespace pare {
namespace {

/// Plain code on 16 columns.
struct Lanes {
  struct Bytes {
    std::uint8_t v[64];
  };
  struct Halves {
    std::int16_t v[32];
  };
  struct Words {
    std::int32_t v[16];
  };
  static constexpr int kVectors = 1;
  static constexpr int kColumns = 16;
  static constexpr int kBytes = 64;

  static Bytes load(const std::byte* p) {
    Bytes b;
    __builtin_memcpy(b.v, p, sizeof(b.v));
    return b;
  }
  static Halves load_halves(const std::int16_t* p) {
    Halves h;
    __builtin_memcpy(h.v, p, sizeof(h.v));
    return h;
  }
  static Words zero() { return {}; }
  static Bytes four(const std::byte* p) {
    Bytes b;
    for (int i = 0; i < 16; ++i) __builtin_memcpy(b.v + 4 * i, p, 4);
    return b;
  }
  static Halves add_pairs(Halves acc, const Bytes& x, const Bytes& w) {
#pragma omp simd
    for (int i = 0; i < 32; ++i) {
      const int first = x.v[2 * i] * static_cast<std::int8_t>(w.v[2 * i]);
      const int second = x.v[2 * i + 1] * static_cast<std::int8_t>(w.v[2 * i + 1]);
      // As vectors add: modulo 2^16.
      acc.v[i] = static_cast<std::int16_t>(acc.v[i] + first + second);
    }
    return acc;
  }
  static Words add_products(Words acc, const Bytes& x, const Bytes& w) {
    std::int16_t wide_x[32];
    std::int16_t wide_w[32];
    __builtin_memcpy(wide_x, x.v, sizeof(wide_x));
    __builtin_memcpy(wide_w, w.v, sizeof(wide_w));
#pragma omp simd
    for (int i = 0; i < 16; ++i) {
      acc.v[i] += wide_x[2 * i] * wide_w[2 * i] + wide_x[2 * i + 1] * wide_w[2 * i + 1];
    }
    return acc;
  }
  static void add_widened(std::int32_t* sums, const Halves& acc) {
    for (int i = 0; i < 16; ++i) sums[i] += acc.v[2 * i] + acc.v[2 * i + 1];
  }
  static void store(std::int32_t* sums, const Words& acc) {
    __builtin_memcpy(sums, acc.v, sizeof(acc.v));
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
constexpr LevelKernels kTable = {"base", 4, 1, false, kNarrow, kWide};

}  // namespace

const LevelKernels* level_kernels_base() { return &kTable; }

}  // namespace pare
