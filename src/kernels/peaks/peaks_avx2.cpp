#include "kernels/intrinsics.hpp"
#include "kernels/peaks/peaks_tables.hpp"

namespace pare {
namespace {

/// One instruction multiplies and adds 8 pairs; 16 registers do for 12 sums.
void run_f32(std::int64_t rounds, std::byte* values) {
  constexpr int kSums = 12;
  __m256 sums[kSums];
  float numbers[32];
  __builtin_memcpy(numbers, values, sizeof numbers);
  const __m256 a = _mm256_loadu_ps(numbers);
  const __m256 b = _mm256_loadu_ps(numbers + 8);
#pragma GCC unroll 12
  for (int i = 0; i < kSums; ++i) sums[i] = _mm256_loadu_ps(numbers + i);
  for (std::int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int i = 0; i < kSums; ++i) sums[i] = _mm256_fmadd_ps(sums[i], a, b);
  }
#pragma GCC unroll 12
  for (int i = 1; i < kSums; ++i) sums[0] = _mm256_add_ps(sums[0], sums[i]);
  _mm256_storeu_ps(numbers, sums[0]);
  __builtin_memcpy(values + 128, numbers, 32);
}

__m256i load(const std::byte* p) {
  __m256i x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}

/// Three instructions for 32 products of bytes.
void run_int8(std::int64_t rounds, std::byte* values) {
  constexpr int kSums = 12;
  __m256i sums[kSums];
  const __m256i b = load(values + 64);
  const __m256i ones = _mm256_set1_epi16(1);
#pragma GCC unroll 12
  for (int i = 0; i < kSums; ++i) sums[i] = load(values + 4 * i);
  for (std::int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int i = 0; i < kSums; ++i) {
      const __m256i pairs = _mm256_maddubs_epi16(sums[i], b);
      sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(pairs, ones));
    }
  }
#pragma GCC unroll 12
  for (int i = 1; i < kSums; ++i) sums[0] = _mm256_add_epi32(sums[0], sums[i]);
  __builtin_memcpy(values + 128, &sums[0], sizeof sums[0]);
}

std::uint64_t read(const std::byte* bytes, std::size_t n) {
  __m256i sums[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) sums[i] = _mm256_setzero_si256();
  for (std::size_t at = 0; at < n; at += 256) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) sums[i] = _mm256_add_epi64(sums[i], load(bytes + at + 32 * i));
  }
#pragma GCC unroll 8
  for (int i = 1; i < 8; ++i) sums[0] = _mm256_add_epi64(sums[0], sums[i]);
  std::uint64_t parts[4];
  __builtin_memcpy(parts, &sums[0], sizeof parts);
  return parts[0] + parts[1] + parts[2] + parts[3];
}

constexpr PeakLoop kFloat = {"avx2", Arithmetic::f32, 2.0 * 8 * 12, run_f32};
constexpr PeakLoop kInteger = {"avx2", Arithmetic::int8, 2.0 * 32 * 12, run_int8};

}  // namespace

const PeakLoop* peak_f32_avx2() { return &kFloat; }
const PeakLoop* peak_int8_avx2() { return &kInteger; }
ReadLoop read_loop_avx2() { return read; }

}  // namespace pare
