#include "kernels/intrinsics.hpp"
#include "kernels/peaks/peaks_tables.hpp"

namespace pare {
namespace {

/// One instruction multiplies and adds 16 pairs.
struct Lanes {
  using Sum = __m512;
  static __m512 load(const std::byte* p) { return _mm512_loadu_ps(p); }
  static Sum first(const std::byte* p, int i) { return _mm512_loadu_ps(p + 4 * i); }
  static Sum add(Sum s, __m512 a, __m512 b) { return _mm512_fmadd_ps(s, a, b); }
  static Sum join(Sum s, Sum t) { return _mm512_add_ps(s, t); }
  static void store(std::byte* p, Sum s) { _mm512_storeu_ps(p, s); }
};

}  // namespace
}  // namespace pare

#include "kernels/peaks/peaks_body.inc"

namespace pare {
namespace {

/// Products of bytes without VNNI: three instructions for 64 of them.
void run_int8(std::int64_t rounds, std::byte* values) {
  constexpr int kSums = 12;
  __m512i sums[kSums];
  const __m512i b = _mm512_loadu_si512(values + 64);
  const __m512i ones = _mm512_set1_epi16(1);
#pragma GCC unroll 12
  for (int i = 0; i < kSums; ++i) sums[i] = _mm512_loadu_si512(values + 4 * i);
  for (std::int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int i = 0; i < kSums; ++i) {
      const __m512i pairs = _mm512_maddubs_epi16(sums[i], b);
      sums[i] = _mm512_add_epi32(sums[i], _mm512_madd_epi16(pairs, ones));
    }
  }
#pragma GCC unroll 12
  for (int i = 1; i < kSums; ++i) sums[0] = _mm512_add_epi32(sums[0], sums[i]);
  _mm512_storeu_si512(values + 128, sums[0]);
}

std::uint64_t read(const std::byte* bytes, std::size_t n) {
  __m512i sums[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) sums[i] = _mm512_setzero_si512();
  for (std::size_t at = 0; at < n; at += 512) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      sums[i] = _mm512_add_epi64(sums[i], _mm512_loadu_si512(bytes + at + 64 * i));
    }
  }
#pragma GCC unroll 8
  for (int i = 1; i < 8; ++i) sums[0] = _mm512_add_epi64(sums[0], sums[i]);
  return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(sums[0]));
}

constexpr PeakLoop kFloat = {"avx512", Arithmetic::f32, 2.0 * 16 * 16, run_peak};
constexpr PeakLoop kInteger = {"avx512", Arithmetic::int8, 2.0 * 64 * 12, run_int8};

}  // namespace

const PeakLoop* peak_f32_avx512() { return &kFloat; }
const PeakLoop* peak_int8_avx512() { return &kInteger; }
ReadLoop read_loop_avx512() { return read; }

}  // namespace pare
