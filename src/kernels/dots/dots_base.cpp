#include "kernels/dots/dots_tables.hpp"

namespace pare {
namespace {

/// Plain code on 16 columns.
struct Lanes {
  struct Bytes {
    std::uint8_t v[64];
  };
  struct Words {
    std::int32_t v[16];
  };
  struct Floats {
    float v[16];
  };
  static constexpr int kVectors = 1;
  static constexpr int kColumns = 16;
  static constexpr int kBytes = 64;

  static Floats no_floats() { return {}; }
  static Floats load_floats(const float* p) {
    Floats f;
    __builtin_memcpy(f.v, p, sizeof(f.v));
    return f;
  }
  static void store(float* p, const Floats& x) { __builtin_memcpy(p, x.v, sizeof(x.v)); }
  static Bytes load(const std::byte* p) {
    Bytes b;
    __builtin_memcpy(b.v, p, sizeof(b.v));
    return b;
  }
  static const std::byte* four(const std::byte* p) { return p; }
  static Words times(const std::int32_t* p, std::int32_t factor) {
    Words w;
#pragma omp simd
    for (int i = 0; i < 16; ++i) w.v[i] = p[i] * factor;
    return w;
  }
  static Bytes low_half(const Bytes& w) {
    Bytes b;
#pragma omp simd
    for (int i = 0; i < 64; ++i) b.v[i] = w.v[i] & 15U;
    return b;
  }
  static Bytes high_half(const Bytes& w) {
    Bytes b;
#pragma omp simd
    for (int i = 0; i < 64; ++i) b.v[i] = static_cast<std::uint8_t>(w.v[i] >> 4U);
    return b;
  }
  static Words add_bytes(Words acc, const Bytes& w, const std::byte* x) {
    std::int8_t q[4];
    __builtin_memcpy(q, x, 4);
#pragma omp simd
    for (int i = 0; i < 16; ++i) {
      acc.v[i] +=
          w.v[4 * i] * q[0] + w.v[4 * i + 1] * q[1] + w.v[4 * i + 2] * q[2] + w.v[4 * i + 3] * q[3];
    }
    return acc;
  }
  static Words add_halves(const Words& acc, const Bytes& low, const std::byte* x, const Bytes& high,
                          const std::byte* y) {
    return add_bytes(add_bytes(acc, low, x), high, y);
  }
  static Floats add_scaled(Floats total, const Words& sum, const Floats& scale) {
#pragma omp simd
    for (int i = 0; i < 16; ++i) total.v[i] += static_cast<float>(sum.v[i]) * scale.v[i];
    return total;
  }
};

}  // namespace
}  // namespace pare

#include "kernels/dots/dots_body.inc"

namespace pare {
namespace {

constexpr DotFn kRun[2][kMostDotRows] = {{PARE_DOTS_4(4)}, {PARE_DOTS_4(8)}};
constexpr DotKernels kTable = {"base", 4, kRun, quantize};

}  // namespace

const DotKernels* dot_kernels_base() { return &kTable; }

}  // namespace pare
