#include <cstring>

#include "kernels/peaks/peaks_tables.hpp"

namespace pare {
namespace {

constexpr int kWidth = 32;  // eight vectors of four floats

/// Multiplications and additions of floats, as the compiler makes them without any option.
void run_f32(std::int64_t rounds, std::byte* values) {
  float x[kWidth];
  float factor = 0;
  float more = 0;
  std::memcpy(x, values, sizeof x);
  std::memcpy(&factor, values + 64, sizeof factor);
  std::memcpy(&more, values + 68, sizeof more);
  for (std::int64_t r = 0; r < rounds; ++r) {
#pragma omp simd
    for (int i = 0; i < kWidth; ++i) x[i] = x[i] * factor + more;
  }
  std::memcpy(values + 128, x, sizeof x);
}

/// 16-bit products added to 32-bit sums.
void run_int8(std::int64_t rounds, std::byte* values) {
  std::int32_t sums[kWidth] = {};
  std::int16_t a[kWidth];
  std::memcpy(a, values, sizeof a);
  for (std::int64_t r = 0; r < rounds; ++r) {
    const auto b = static_cast<std::int16_t>(r & 127);
#pragma omp simd
    for (int i = 0; i < kWidth; ++i) sums[i] += static_cast<std::int16_t>(a[i]) * b;
  }
  std::memcpy(values + 128, sums, sizeof sums);
}

std::uint64_t read(const std::byte* bytes, std::size_t n) {
  std::uint64_t sums[8] = {};
  for (std::size_t at = 0; at < n; at += 64) {
    std::uint64_t x[8];
    std::memcpy(x, bytes + at, sizeof x);
#pragma omp simd
    for (int i = 0; i < 8; ++i) sums[i] += x[i];
  }
  std::uint64_t all = 0;
  for (const std::uint64_t s : sums) all += s;
  return all;
}

constexpr PeakLoop kFloat = {"base", Arithmetic::f32, 2.0 * kWidth, run_f32};
constexpr PeakLoop kInteger = {"base", Arithmetic::int8, 2.0 * kWidth, run_int8};

}  // namespace

const PeakLoop* peak_f32_base() { return &kFloat; }
const PeakLoop* peak_int8_base() { return &kInteger; }
ReadLoop read_loop_base() { return read; }

}  // namespace pare
