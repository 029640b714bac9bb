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
    "base", 4, 16, {transform<2>, transform<4>}, {{PARE_WINOGRAD_4(1)}}, {finish<2>, finish<4>}};

}  // namespace

const WinogradKernels* winograd_kernels_base() { return &kTable; }

}  // namespace pare
