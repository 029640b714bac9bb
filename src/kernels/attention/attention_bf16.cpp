#include "kernels/attention/attention_tables.hpp"

#include "kernels/wide/lanes_avx512.inc"

#include "kernels/wide/functions.inc"

namespace pare {
namespace {

struct Tile {
  static constexpr int kRows = 6, kVectors = 4;
};

}  // namespace
}  // namespace pare

#include "kernels/attention/attention_rows.inc"

// Products of pairs of bfloat16 numbers, which lie in one place of 32 bits: what is multiplied is
// rounded once, sums and the softmax are float32.

namespace pare {
namespace {

using Pair = std::uint32_t;

inline Pair* pairs_of(float* p) { return static_cast<Pair*>(static_cast<void*>(p)); }
inline const Pair* pairs_of(const float* p) {
  return static_cast<const Pair*>(static_cast<const void*>(p));
}

/// n <= 16 numbers rounded to nearest, as the lower halves of as many places.
inline __m512i halves(const float* x, std::int64_t n) {
  const __m256bh rounded = _mm512_cvtneps_pbh(n < kW ? Lanes::load_n(x, n) : Lanes::load(x));
  __m256i bits;
  __builtin_memcpy(&bits, &rounded, sizeof bits);
  return _mm512_cvtepu16_epi32(bits);
}

/// n numbers `step` apart as pairs, a zero behind an odd one. `out` may lie where `x` does when the
/// step is 1.
inline void round_row(const float* x, std::int64_t step, std::int64_t n, Pair* out) {
  alignas(64) float line[2 * kW];
  for (std::int64_t i = 0; i < n; i += 2 * kW) {
    const std::int64_t count = n - i < 2 * kW ? n - i : 2 * kW;
    const float* from = x + i;
    if (step != 1 || count < 2 * kW) {
      for (std::int64_t k = 0; k < count; ++k) line[k] = x[(i + k) * step];
      for (std::int64_t k = count; k < 2 * kW; ++k) line[k] = 0;
      from = line;
    }
    const __m512bh rounded = _mm512_cvtne2ps_pbh(Lanes::load(from + kW), Lanes::load(from));
    __m512i bits;
    __builtin_memcpy(&bits, &rounded, sizeof bits);
    const std::int64_t pairs = (count + 1) / 2;
    _mm512_mask_storeu_epi32(out + i / 2, static_cast<__mmask16>((1U << pairs) - 1U), bits);
  }
}

/// Panels of pairs of rows: panel[p][r / 2][c] = from[r and r + 1, p * tile + c].
void pack_pairs(const float* from, std::int64_t row, std::int64_t column, std::int64_t rows,
                std::int64_t columns, float* panels) {
  constexpr std::int64_t kMostRows = 256;  // turned at a time
  Pair* to = pairs_of(panels);
  const std::int64_t pairs = (rows + 1) / 2;
  for (std::int64_t first = 0; first < columns; first += kTile, to += pairs * kTile) {
    const std::int64_t width = columns - first < kTile ? columns - first : kTile;
    const float* source = from + first * column;
    if (column == 1) {
      for (std::int64_t r = 0; r < rows; r += 2) {
        for (std::int64_t c = 0; c < kTile; c += kW) {
          const std::int64_t n = width - c < 0 ? 0 : width - c < kW ? width - c : kW;
          const float* upper = source + r * row + c;
          const __m512i low = n > 0 ? halves(upper, n) : _mm512_setzero_si512();
          const bool both = n > 0 && r + 1 < rows;
          const __m512i high = both ? halves(upper + row, n) : _mm512_setzero_si512();
          _mm512_storeu_si512(to + r / 2 * kTile + c,
                              _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
        }
      }
      continue;
    }
    Pair line[kMostRows / 2];
    for (std::int64_t c = 0; c < kTile; ++c) {
      for (std::int64_t r = 0; r < rows; r += kMostRows) {
        const std::int64_t n = rows - r < kMostRows ? rows - r : kMostRows;
        if (c < width) round_row(source + c * column + r * row, row, n, line);
        for (std::int64_t i = 0; i < (n + 1) / 2; ++i) {
          to[(r / 2 + i) * kTile + c] = c < width ? line[i] : 0;
        }
      }
    }
  }
}

/// c[R][kTile] = a[R][pairs] panel[pairs][kTile].
template <int R>
inline void multiply_pairs(const Pair* a, std::int64_t a_row, std::int64_t pairs, const Pair* panel,
                           float* c, std::int64_t c_row) {
  F sum[R][Tile::kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Tile::kVectors; ++v) sum[r][v] = set(0);
  }
  for (std::int64_t d = 0; d < pairs; ++d, panel += kTile) {
    __m512bh b[Tile::kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < Tile::kVectors; ++v) {
      __builtin_memcpy(&b[v], panel + v * kW, sizeof b[v]);
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const __m512i one = _mm512_set1_epi32(static_cast<int>(a[r * a_row + d]));
      __m512bh x;
      __builtin_memcpy(&x, &one, sizeof x);
#pragma GCC unroll 4
      for (int v = 0; v < Tile::kVectors; ++v) {
        sum[r][v] = _mm512_dpbf16_ps(sum[r][v], x, b[v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Tile::kVectors; ++v) Lanes::store(c + r * c_row + v * kW, sum[r][v]);
  }
}

template <int R = Tile::kRows>
inline void multiply(const Pair* a, std::int64_t a_row, std::int64_t rows, std::int64_t pairs,
                     const Pair* panel, float* c, std::int64_t c_row) {
  if constexpr (R > 1) {
    if (rows < R) {
      multiply<R - 1>(a, a_row, rows, pairs, panel, c, c_row);
      return;
    }
  }
  multiply_pairs<R>(a, a_row, pairs, panel, c, c_row);
}

struct Memory {
  float* scores = nullptr;
  std::int64_t room = 0;  // from one row of scores to the next
  float* factors = nullptr;
  Pair* queries = nullptr;
};

void score_block(const AttentionShape& s, const AttentionHead& h, std::int64_t first,
                 std::int64_t count, std::int64_t reach, const Memory& m) {
  const std::int64_t depth = (s.size + 1) / 2;
  for (std::int64_t r = 0; r < count; ++r) {
    round_row(h.q + (first + r) * h.q_row, h.q_column, s.size, m.queries + r * depth);
  }
  for (std::int64_t r = 0; r < count; r += Tile::kRows) {
    const std::int64_t rows = count - r < Tile::kRows ? count - r : Tile::kRows;
    for (std::int64_t c = 0; c < reach; c += kTile) {
      multiply(m.queries + r * depth, depth, rows, depth, pairs_of(h.keys) + c * depth,
               m.scores + r * m.room + c, m.room);
    }
  }
  const std::int64_t even = (reach + 1) / 2 * 2;
  for (std::int64_t r = 0; r < count; ++r) {
    const std::int64_t seen = reach_of(s, first + r, 1);
    const float* mask = h.mask == nullptr ? nullptr : h.mask + (first + r) * s.mask.row;
    const std::uint8_t* marks = h.marks == nullptr ? nullptr : h.marks + (first + r) * s.marks.row;
    float* row = m.scores + r * m.room;
    m.factors[r] = soften(row, seen, even, s, mask, marks);
    round_row(row, 1, even, pairs_of(row));
  }
}

void attend_block(const AttentionShape& s, const AttentionHead& h, std::int64_t first,
                  std::int64_t count, const Memory& m) {
  alignas(64) float tile[Tile::kRows * kTile];
  const std::int64_t reach = reach_of(s, first, count);
  score_block(s, h, first, count, reach, m);
  const std::int64_t depth = (s.keys + 1) / 2;
  for (std::int64_t c = 0; c < s.value_size; c += kTile) {
    const std::int64_t columns = s.value_size - c < kTile ? s.value_size - c : kTile;
    for (std::int64_t r = 0; r < count; r += Tile::kRows) {
      const std::int64_t rows = count - r < Tile::kRows ? count - r : Tile::kRows;
      multiply(pairs_of(m.scores + r * m.room), m.room, rows, (reach + 1) / 2,
               pairs_of(h.values) + c * depth, tile, kTile);
      write_tile(tile, m.factors + r, rows, columns, h.y + (first + r) * h.y_row + c * h.y_column,
                 h.y_row, h.y_column);
    }
  }
}

void attend_pairs(const AttentionShape& s, const AttentionHead& h, std::int64_t begin,
                  std::int64_t end, std::int64_t at_once, float* scratch) {
  Memory m;
  m.scores = scratch;
  m.room = (s.keys + kTile - 1) / kTile * kTile;
  m.factors = scratch + at_once * m.room;
  m.queries = pairs_of(m.factors + at_once);
  for (std::int64_t first = begin; first < end; first += at_once) {
    attend_block(s, h, first, end - first < at_once ? end - first : at_once, m);
  }
}

constexpr AttentionKernels kTable = {"avx512_bf16", Tile::kRows, kTile, pack_pairs, attend_pairs};

}  // namespace

const AttentionKernels* attention_kernels_bf16() { return &kTable; }

}  // namespace pare
