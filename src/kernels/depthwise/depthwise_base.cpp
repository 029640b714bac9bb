#include "kernels/depthwise/depthwise_tables.hpp"

namespace pare {
namespace {

/// Plain code on 4 channels.
struct Lanes {
  struct Floats {
    float v[4];
  };
  using Mask = std::int64_t;
  static constexpr const char* kName = "base";
  static constexpr bool kUnrolls = false;  // compilers would make much slow code of it
  static constexpr int kLanes = 4;
  static constexpr int kRows = 1;

  static Mask mask(std::int64_t n) { return n; }
  static Floats load(const float* p) {
    Floats f;
    __builtin_memcpy(f.v, p, sizeof(f.v));
    return f;
  }
  static Floats load(const float* p, Mask m) {
    if (m >= kLanes) return load(p);
    Floats f = {};
    for (int i = 0; i < m; ++i) f.v[i] = p[i];
    return f;
  }
  static void store(float* p, const Floats& x) { __builtin_memcpy(p, x.v, sizeof(x.v)); }
  static void store(float* p, const Floats& x, Mask m) {
    for (int i = 0; i < kLanes && i < m; ++i) p[i] = x.v[i];
  }
  static Floats fma(const Floats& a, const Floats& b, Floats c) {
#pragma omp simd
    for (int i = 0; i < kLanes; ++i) c.v[i] += a.v[i] * b.v[i];
    return c;
  }
  static Floats bound(Floats x, float low, float high) {
#pragma omp simd
    for (int i = 0; i < kLanes; ++i) {
      const float v = x.v[i] < low ? low : x.v[i];
      x.v[i] = v > high ? high : v;
    }
    return x;
  }
  static Floats hard_swish(const Floats& x) {
    Floats g = x;
#pragma omp simd
    for (int i = 0; i < kLanes; ++i) g.v[i] = x.v[i] * (1.0F / 6.0F) + 0.5F;
    g = bound(g, 0, 1);
#pragma omp simd
    for (int i = 0; i < kLanes; ++i) g.v[i] *= x.v[i];
    return g;
  }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_body.inc"

namespace pare {

const DepthwiseKernels* depthwise_kernels_base() { return &kTable; }

}  // namespace pare
