#include "kernels/depthwise/depthwise_tables.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

// Adding and taking away 1.5 * 2^23 rounds |x| < 2^22 to an integer, half to even.
constexpr float kRounder = 12582912.0F;

/// Plain code on 8 channels.
struct Lanes {
  static constexpr const char* kName = "base";
  static constexpr bool kUnrolls = false;  // compilers would make much slow code of it
  static constexpr int kLanes = 8;
  static constexpr int kTaps = 2;
  struct Codes {
    std::int16_t v[kTaps * kLanes];
  };
  struct Words {
    std::int32_t v[kLanes];
  };
  struct Floats {
    float v[kLanes];
  };
  struct Packed {
    std::uint8_t v[4 * kLanes];  // 8 codes of each of 4 columns
  };
  using Mask = std::int64_t;

  template <class To, class From>
  static To copied(const From* p) {
    To x;
    __builtin_memcpy(&x, p, sizeof(x));
    return x;
  }
  static Mask mask(std::int64_t n) { return n; }
  static Codes load(const std::byte* p) { return copied<Codes>(p); }
  static void store(std::byte* p, const Codes& x) { __builtin_memcpy(p, &x, sizeof(x)); }
  static Words load_words(const std::int32_t* p) { return copied<Words>(p); }
  static Floats load_floats(const float* p) { return copied<Floats>(p); }
  static void store_floats(float* p, const Floats& x, Mask n) {
    for (int i = 0; i < kLanes && i < n; ++i) p[i] = x.v[i];
  }
  static Codes beside_some(const std::byte* const* row, Mask n, std::uint8_t flip) {
    Codes x = {};
    for (int i = 0; i < kLanes && i < n; ++i) {
      x.v[2 * i] = static_cast<std::int16_t>(static_cast<std::uint8_t>(row[0][i]) ^ flip);
      x.v[2 * i + 1] = static_cast<std::int16_t>(static_cast<std::uint8_t>(row[1][i]) ^ flip);
    }
    return x;
  }
  static Codes beside(const std::byte* const* row, std::int64_t at, std::uint8_t flip) {
    const std::byte* there[kTaps] = {row[0] + at, row[1] + at};
    return beside_some(there, kLanes, flip);
  }
  static Words dot(Words acc, const Codes& x, const Codes& w) {
#pragma omp simd
    for (int i = 0; i < kLanes; ++i) {
      acc.v[i] += x.v[2 * i] * w.v[2 * i] + x.v[2 * i + 1] * w.v[2 * i + 1];
    }
    return acc;
  }
  static Floats scaled(const Words& sum, const Floats& scale, const Floats& bias) {
    Floats y;
#pragma omp simd
    for (int i = 0; i < kLanes; ++i) {
      y.v[i] = static_cast<float>(sum.v[i]) * scale.v[i] + bias.v[i];
    }
    return y;
  }
  static float bound(float x, float low, float high) {
    const float v = x < low ? low : x;
    return v > high ? high : v;
  }
  static Floats bound(Floats x, float low, float high) {
    for (float& v : x.v) v = bound(v, low, high);
    return x;
  }
  static Floats hard_swish(Floats x, float step) {
    for (float& v : x.v) v = v * bound(v * (1.0F / 6.0F) + 0.5F, 0, 1) * step;
    return x;
  }
  static Packed codes(const Floats* v, int zero, int low, int high, std::uint8_t flip) {
    Packed y;
    for (int t = 0; t < 4; ++t) {
      for (int i = 0; i < kLanes; ++i) {
        const float r = (bound(v[t].v[i], -1e6F, 1e6F) + kRounder) - kRounder;
        const int code = static_cast<int>(r) + zero;
        const int c = code < low ? low : code;
        y.v[t * kLanes + i] = static_cast<std::uint8_t>((c > high ? high : c) ^ flip);
      }
    }
    return y;
  }
  template <int kMost>
  static void store_codes(std::byte* y, std::int64_t step, const Packed& c, Mask n, int columns) {
    for (int i = 0; i < kMost && i < columns; ++i) {
      for (int k = 0; k < kLanes && k < n; ++k) {
        y[i * step + k] = static_cast<std::byte>(c.v[i * kLanes + k]);
      }
    }
  }
};

}  // namespace
}  // namespace pare

#include "kernels/depthwise/depthwise_int8_body.inc"

namespace pare {

const DepthwiseCodeKernels* depthwise_code_kernels_base() { return &kTable; }

}  // namespace pare
