#include "kernels/winograd/winograd_tables.hpp"

namespace pare {
namespace {

/// Plain code on 16 columns.
struct Lanes {
  struct Floats {
    float v[16];
  };
  static constexpr int kWidth = 16;

  static Floats all(float x) {
    Floats y;
    for (float& v : y.v) v = x;
    return y;
  }
  static Floats load(const float* p) {
    Floats y;
    __builtin_memcpy(y.v, p, sizeof(y.v));
    return y;
  }
  static Floats load_some(const float* p, int n) {
    Floats y = {};
    for (int i = 0; i < n; ++i) y.v[i] = p[i];
    return y;
  }
  static void store(float* p, const Floats& x) { __builtin_memcpy(p, x.v, sizeof(x.v)); }
  static void store_some(float* p, const Floats& x, int n) {
    for (int i = 0; i < n; ++i) p[i] = x.v[i];
  }
  /// bfloat16: to nearest, ties to even; NaN stays one.
  static float wide(std::uint16_t x) {
    const std::uint32_t bits = static_cast<std::uint32_t>(x) << 16U;
    float y = 0;
    __builtin_memcpy(&y, &bits, sizeof y);
    return y;
  }
  static std::uint16_t narrow(float x) {
    std::uint32_t bits = 0;
    __builtin_memcpy(&bits, &x, sizeof bits);
    if (x != x) return static_cast<std::uint16_t>((bits | 0x400000U) >> 16U);  // NOLINT: NaN
    return static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U);
  }
  static Floats load_some(const std::uint16_t* p, int n) {
    Floats y = {};
    for (int i = 0; i < n; ++i) y.v[i] = wide(p[i]);
    return y;
  }
  static Floats load(const std::uint16_t* p) { return load_some(p, kWidth); }
  static void store_some(std::uint16_t* p, const Floats& x, int n) {
    for (int i = 0; i < n; ++i) p[i] = narrow(x.v[i]);
  }
  static void store(std::uint16_t* p, const Floats& x) { store_some(p, x, kWidth); }
  static Floats add(Floats a, const Floats& b) {
    for (int i = 0; i < 16; ++i) a.v[i] += b.v[i];
    return a;
  }
  static Floats sub(Floats a, const Floats& b) {
    for (int i = 0; i < 16; ++i) a.v[i] -= b.v[i];
    return a;
  }
  static Floats mul(Floats a, const Floats& b) {
    for (int i = 0; i < 16; ++i) a.v[i] *= b.v[i];
    return a;
  }
  static Floats add_product(Floats a, const Floats& b, const Floats& c) {
    for (int i = 0; i < 16; ++i) a.v[i] += b.v[i] * c.v[i];
    return a;
  }
  static Floats less_product(Floats a, const Floats& b, const Floats& c) {
    for (int i = 0; i < 16; ++i) a.v[i] -= b.v[i] * c.v[i];
    return a;
  }
  /// NaN stays.
  static Floats clip(Floats x, const Floats& low, const Floats& high) {
    for (int i = 0; i < 16; ++i) {
      if (x.v[i] < low.v[i]) x.v[i] = low.v[i];
      if (x.v[i] > high.v[i]) x.v[i] = high.v[i];
    }
    return x;
  }
};

}  // namespace
}  // namespace pare

#include "kernels/winograd/winograd_body.inc"

namespace pare {
namespace {

constexpr WinogradKernels kTable = {
    "base", 4, 16, {PARE_WINOGRAD_TRANSFORMS}, {{PARE_WINOGRAD_4(1)}}, {PARE_WINOGRAD_FINISHES}};

}  // namespace

const WinogradKernels* winograd_kernels_base() { return &kTable; }

}  // namespace pare
