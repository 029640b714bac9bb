#include "kernels/intrinsics.hpp"
#include "kernels/peaks/peaks_tables.hpp"

namespace pare {
namespace {

/// One instruction multiplies and adds 64 pairs of bytes.
struct Lanes {
  using Sum = __m512i;
  static __m512i load(const std::byte* p) { return _mm512_loadu_si512(p); }
  static Sum first(const std::byte* p, int i) { return _mm512_loadu_si512(p + 4 * i); }
  static Sum add(Sum s, __m512i a, __m512i b) { return _mm512_dpbusd_epi32(s, a, b); }
  static Sum join(Sum s, Sum t) { return _mm512_add_epi32(s, t); }
  static void store(std::byte* p, Sum s) { _mm512_storeu_si512(p, s); }
};

}  // namespace
}  // namespace pare

#include "kernels/peaks/peaks_body.inc"

namespace pare {
namespace {

constexpr PeakLoop kLoop = {"vnni", Arithmetic::int8, 2.0 * 64 * 16, run_peak};

}  // namespace

const PeakLoop* peak_int8_vnni() { return &kLoop; }

}  // namespace pare
