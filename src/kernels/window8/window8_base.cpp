#include "kernels/window8/window8_tables.hpp"

namespace pare {
namespace {

// Adding and taking away 1.5 * 2^23 rounds |x| < 2^22 to an integer, half to even.
constexpr float kRounder = 12582912.0F;

/// Plain code on 16 outputs.
struct Lanes {
  struct Words {
    std::int32_t v[16];
  };
  struct Floats {
    float v[16];
  };

  static Words all(std::int32_t x) {
    Words w;
    for (std::int32_t& v : w.v) v = x;
    return w;
  }
  static Floats all(float x) {
    Floats f;
    for (float& v : f.v) v = x;
    return f;
  }
  static Words load(const void* p) {
    Words w;
    __builtin_memcpy(w.v, p, sizeof(w.v));
    return w;
  }
  static Floats load(const float* p) {
    Floats f;
    __builtin_memcpy(f.v, p, sizeof(f.v));
    return f;
  }
  static void store(std::int32_t* p, const Words& x) { __builtin_memcpy(p, x.v, sizeof(x.v)); }
  static Words four(const std::byte* p, const Words& flip) {
    std::int32_t word = 0;
    __builtin_memcpy(&word, p, 4);
    return all(word ^ flip.v[0]);
  }
  static Words add_products(Words acc, const Words& x, const Words& w) {
    for (int i = 0; i < 16; ++i) {
      std::uint8_t codes[4];
      std::int8_t weights[4];
      __builtin_memcpy(codes, &x.v[i], 4);
      __builtin_memcpy(weights, &w.v[i], 4);
      for (int k = 0; k < 4; ++k) acc.v[i] += codes[k] * weights[k];
    }
    return acc;
  }
  static Floats floats(const Words& x) {
    Floats f;
    for (int i = 0; i < 16; ++i) f.v[i] = static_cast<float>(x.v[i]);
    return f;
  }
  static Floats plus(Floats a, const Floats& b) {
    for (int i = 0; i < 16; ++i) a.v[i] += b.v[i];
    return a;
  }
  static Floats times(Floats a, const Floats& b) {
    for (int i = 0; i < 16; ++i) a.v[i] *= b.v[i];
    return a;
  }
  static Floats clip(Floats x, const Floats& low, const Floats& high) {
    for (int i = 0; i < 16; ++i) {
      x.v[i] = x.v[i] > low.v[i] ? x.v[i] : low.v[i];
      x.v[i] = x.v[i] < high.v[i] ? x.v[i] : high.v[i];
    }
    return x;
  }
  /// Only results near codes need to be right, the others are saturated.
  static Words rounded(const Floats& x) {
    Words w;
    for (int i = 0; i < 16; ++i) {
      float v = x.v[i] > -1024.0F ? x.v[i] : -1024.0F;
      v = v < 1024.0F ? v : 1024.0F;
      w.v[i] = static_cast<std::int32_t>((v + kRounder) - kRounder);
    }
    return w;
  }
  static Words pack(const Words& a, const Words& b, const Words& c, const Words& d,
                    bool is_signed) {
    const std::int32_t least = is_signed ? -128 : 0;
    std::uint8_t bytes[64];
    for (int i = 0; i < 64; ++i) {
      const Words& from = i < 32 ? (i < 16 ? a : b) : (i < 48 ? c : d);
      std::int32_t code = from.v[i % 16];
      code = code > least ? code : least;
      code = code < least + 255 ? code : least + 255;
      bytes[i] = static_cast<std::uint8_t>(code & 255);
    }
    Words packed;
    __builtin_memcpy(packed.v, bytes, sizeof(bytes));
    return packed;
  }
  template <int kBytes>
  static void store_bytes(std::byte* p, const Words& x) {
    __builtin_memcpy(p, x.v, kBytes);
  }
  static void store_some(std::byte* p, const Words& x, int n) {
    __builtin_memcpy(p, x.v, static_cast<std::size_t>(n));
  }
};

}  // namespace
}  // namespace pare

#include "kernels/window8/window8_body.inc"

namespace pare {
namespace {

#define PARE_WINDOW_ALL(p)                                                                       \
  {                                                                                              \
    {PARE_WINDOW_6(1, p)}, {PARE_WINDOW_6(2, p)}, {PARE_WINDOW_6(3, p)}, { PARE_WINDOW_6(4, p) } \
  }

constexpr WindowKernels kTable = {
    "base", {6, 6, 6, 6}, {PARE_WINDOW_ALL(false), PARE_WINDOW_ALL(true)}};

}  // namespace

const WindowKernels* window_kernels_base() { return &kTable; }

}  // namespace pare
