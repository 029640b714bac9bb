#include "kernels/dots/dots_tables.hpp"

#include "kernels/dots/dots_products_dot.inc"
#include "kernels/wide/pairs_neon.inc"

#include "kernels/dots/dots_neon.inc"

namespace pare {
namespace {

/// R rows, two by two; of an odd number the last is a pair with itself.
template <int kBits, int R>
void paired(const DotPanel& p, const DotRows& rows, float* y) {
  constexpr int kPairs = (R + 1) / 2;
  constexpr int kStep = kBits == 4 ? 1 : 2;  // words to 8 codes of a row
  float32x4_t total[R][4];
  const std::byte* row[2 * kPairs];
#pragma GCC unroll 8
  for (int r = 0; r < 2 * kPairs; ++r) row[r] = rows.x + (r < R ? r : R - 1) * rows.stride;
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) total[r][v] = vdupq_n_f32(0);
  }
  const std::byte* word = p.words;
  for (std::int64_t b = 0; b < p.blocks; ++b) {
    int32x4_t left[4][kPairs];
    int32x4_t right[4][kPairs];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
#pragma GCC unroll 4
      for (int i = 0; i < kPairs; ++i) left[v][i] = right[v][i] = vdupq_n_s32(0);
    }
    int8x16_t x[kPairs];
    std::int64_t words = p.block_words;
    for (; words >= kStep; words -= kStep, word += 64 * kStep) {
      __builtin_prefetch(word + 2048);
#pragma GCC unroll 4
      for (int i = 0; i < kPairs; ++i) {
        x[i] = two_rows(row[2 * i], row[2 * i + 1]);
        row[2 * i] += 8;
        row[2 * i + 1] += 8;
      }
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) {
        const int8x16_t w = load_codes(word + 16 * v);
        if constexpr (kBits == 4) {
          add_pairs<kPairs>(left[v], right[v], x, vreinterpretq_s8_u8(low_half(w)),
                            vreinterpretq_s8_u8(high_half(w)));
        } else {
          add_pairs<kPairs>(left[v], right[v], x, flipped(w),
                            flipped(load_codes(word + 64 + 16 * v)));
        }
      }
    }
    if (words > 0) {  // 8 bits, and an odd number of words
#pragma GCC unroll 4
      for (int i = 0; i < kPairs; ++i) {
        x[i] = two_short_rows(row[2 * i], row[2 * i + 1]);
        row[2 * i] += 4;
        row[2 * i + 1] += 4;
      }
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) {
        add_pairs<kPairs>(left[v], right[v], x, flipped(load_codes(word + 16 * v)), vdupq_n_s8(0));
      }
      word += 64;
    }
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      const int32x4_t zero =
          vsubq_s32(vld1q_s32(p.zeros + 16 * b + 4 * v), vdupq_n_s32(kBits == 8 ? 128 : 0));
      const float32x4_t scale = vld1q_f32(p.scales + 16 * b + 4 * v);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        const int32x4_t sums = row_of(left[v][r / 2], right[v][r / 2], r % 2);
        const int32x4_t all = vmlsq_n_s32(sums, zero, rows.sums[r * rows.sums_stride + b]);
        total[r][v] = vfmaq_f32(total[r][v], vcvtq_f32_s32(all), scale);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) vst1q_f32(y + 16 * r + 4 * v, total[r][v]);
  }
}

// 3 x 8 sums, 3 pairs of rows and two vectors of weights: 29 of 32 registers. A row alone has no
// use for pairs.
constexpr DotFn kRun[2][kMostDotRows] = {
    {tile<4, 1>, paired<4, 2>, paired<4, 3>, paired<4, 4>, paired<4, 5>, paired<4, 6>},
    {tile<8, 1>, paired<8, 2>, paired<8, 3>, paired<8, 4>, paired<8, 5>, paired<8, 6>}};
constexpr DotKernels kTable = {"neon_i8mm", 6, kRun, quantize};

}  // namespace

const DotKernels* dot_kernels_neon_i8mm() { return &kTable; }

}  // namespace pare
