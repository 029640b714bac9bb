#include "kernels/intrinsics.hpp"
#include "kernels/winograd/winograd_tables.hpp"

namespace pare {
namespace {

struct Lanes {
  using Floats = __m512;
  static constexpr int kWidth = 16;

  static Floats all(float x) { return _mm512_set1_ps(x); }
  static Floats load(const float* p) { return _mm512_loadu_ps(p); }
  static Floats load_some(const float* p, int n) {
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << static_cast<unsigned>(n)) - 1U), p);
  }
  static void store(float* p, Floats x) { _mm512_storeu_ps(p, x); }
  static void store_some(float* p, Floats x, int n) {
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1U << static_cast<unsigned>(n)) - 1U), x);
  }
  static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats sub(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
  static Floats mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats add_product(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(b, c, a); }
  static Floats less_product(Floats a, Floats b, Floats c) { return _mm512_fnmadd_ps(b, c, a); }
  /// NaN stays: the second operand is what comes out.
  static Floats clip(Floats x, Floats low, Floats high) {
    return _mm512_min_ps(high, _mm512_max_ps(low, x));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/winograd/winograd_body.inc"

namespace pare {
namespace {

constexpr WinogradKernels kTable = {"avx512",
                                    14,
                                    32,
                                    {transform<2>, transform<4>},
                                    {{PARE_WINOGRAD_14(1)}, {PARE_WINOGRAD_14(2)}},
                                    {finish<2>, finish<4>}};

}  // namespace

const WinogradKernels* winograd_kernels_avx512() { return &kTable; }

}  // namespace pare
