#include "kernels/intrinsics.hpp"
#include "kernels/peaks/peaks_tables.hpp"

namespace pare {
namespace {

/// One instruction multiplies and adds 32 pairs of bfloat16 numbers.
struct Lanes {
  using Sum = __m512;
  static __m512bh load(const std::byte* p) {
    __m512bh x;
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  }
  static Sum first(const std::byte* p, int i) { return _mm512_loadu_ps(p + 4 * i); }
  static Sum add(Sum s, __m512bh a, __m512bh b) { return _mm512_dpbf16_ps(s, a, b); }
  static Sum join(Sum s, Sum t) { return _mm512_add_ps(s, t); }
  static void store(std::byte* p, Sum s) { _mm512_storeu_ps(p, s); }
};

}  // namespace
}  // namespace pare

#include "kernels/peaks/peaks_body.inc"

namespace pare {
namespace {

constexpr PeakLoop kLoop = {"bf16", Arithmetic::bf16, 2.0 * 32 * 16, run_peak};

}  // namespace

const PeakLoop* peak_bf16_bf16() { return &kLoop; }

}  // namespace pare
