#include "kernels/intrinsics.hpp"
#include "kernels/peaks/peaks_tables.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr int kSums = 16;

/// One instruction multiplies and adds 4 pairs.
void run_f32(std::int64_t rounds, std::byte* values) {
  float32x4_t sums[kSums];
  const float32x4_t a = vld1q_f32(view<float>(values));
  const float32x4_t b = vld1q_f32(view<float>(values + 64));
#pragma GCC unroll 16
  for (int i = 0; i < kSums; ++i) sums[i] = vld1q_f32(view<float>(values + 4 * i));
  for (std::int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 16
    for (int i = 0; i < kSums; ++i) sums[i] = vfmaq_f32(b, sums[i], a);
  }
#pragma GCC unroll 16
  for (int i = 1; i < kSums; ++i) sums[0] = vaddq_f32(sums[0], sums[i]);
  vst1q_f32(view<float>(values + 128), sums[0]);
}

/// Two instructions for 8 products of bytes, whose sums are what the next are made of.
void run_int8(std::int64_t rounds, std::byte* values) {
  int32x4_t sums[kSums];
  const int8x8_t b = vld1_s8(view<std::int8_t>(values + 64));
#pragma GCC unroll 16
  for (int i = 0; i < kSums; ++i) sums[i] = vld1q_s32(view<std::int32_t>(values + 4 * i));
  for (std::int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 16
    for (int i = 0; i < kSums; ++i) {
      const int8x8_t a = vget_low_s8(vreinterpretq_s8_s32(sums[i]));
      sums[i] = vpadalq_s16(sums[i], vmull_s8(a, b));
    }
  }
#pragma GCC unroll 16
  for (int i = 1; i < kSums; ++i) sums[0] = vaddq_s32(sums[0], sums[i]);
  vst1q_s32(view<std::int32_t>(values + 128), sums[0]);
}

std::uint64_t read(const std::byte* bytes, std::size_t n) {
  uint64x2_t sums[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) sums[i] = vdupq_n_u64(0);
  for (std::size_t at = 0; at < n; at += 128) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      sums[i] = vaddq_u64(sums[i], vld1q_u64(view<std::uint64_t>(bytes + at + 16 * i)));
    }
  }
#pragma GCC unroll 8
  for (int i = 1; i < 8; ++i) sums[0] = vaddq_u64(sums[0], sums[i]);
  return vaddvq_u64(sums[0]);
}

constexpr PeakLoop kFloat = {"neon", Arithmetic::f32, 2.0 * 4 * kSums, run_f32};
constexpr PeakLoop kInteger = {"neon", Arithmetic::int8, 2.0 * 8 * kSums, run_int8};

}  // namespace

const PeakLoop* peak_f32_neon() { return &kFloat; }
const PeakLoop* peak_int8_neon() { return &kInteger; }
ReadLoop read_loop_neon() { return read; }

}  // namespace pare
