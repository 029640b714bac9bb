#include "kernels/int8/int8.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/rng.hpp"

namespace pare {
namespace {

/// round half to even, saturate, NaN is the code 0: written from the ONNX text.
int code(float x, const Affine8& to) {
  const double r = std::nearbyint(static_cast<double>(x / to.scale)) + to.zero;
  if (std::isnan(r)) return 0;
  return static_cast<int>(to.is_signed ? std::fmin(std::fmax(r, -128), 127)
                                       : std::fmin(std::fmax(r, 0), 255));
}
int value(std::byte b, bool is_signed) {
  const int v = std::to_integer<int>(b);
  return is_signed && v > 127 ? v - 256 : v;
}
float real(std::byte b, const Affine8& a) {
  return static_cast<float>(value(b, a.is_signed) - a.zero) * a.scale;
}

const Affine8 kAffine[] = {
    {0.1F, 0, false}, {0.037F, 128, false}, {1.0F, 3, true}, {0.5F, -128, true}};

std::vector<std::byte> codes(Rng& rng, std::size_t n) {
  std::vector<std::byte> v(n);
  for (auto& b : v) b = static_cast<std::byte>(rng.below(256));
  return v;
}

TEST(Int8, QuantizeRoundsHalfToEvenAndSaturatesOnEveryInstructionSet) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  std::vector<float> x = {0,      -0.0F,  0.5F,   1.5F,
                          2.5F,   -0.5F,  -1.5F,  1e30F,
                          -1e30F, kInf,   -kInf,  std::numeric_limits<float>::quiet_NaN(),
                          1e-40F, 127.5F, 128.5F, 254.5F};
  Rng rng(1);
  while (x.size() < 1003) x.push_back(rng.normal() * 40);
  for (const Int8Kernels* k : int8_kernels()) {
    for (const Affine8& a : kAffine) {
      std::vector<std::byte> y(x.size());
      k->quantize(x.data(), y.data(), static_cast<std::int64_t>(x.size()), a);
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(value(y[i], a.is_signed), code(x[i], a)) << k->isa << " " << x[i];
      }
    }
  }
}

TEST(Int8, DequantizeGivesEveryCodeExactly) {
  std::vector<std::byte> x(256);
  for (std::size_t i = 0; i < 256; ++i) x[i] = static_cast<std::byte>(i);
  for (const Int8Kernels* k : int8_kernels()) {
    for (const Affine8& a : kAffine) {
      std::vector<float> y(256);
      k->dequantize(x.data(), y.data(), 256, a);
      for (std::size_t i = 0; i < 256; ++i) ASSERT_EQ(y[i], real(x[i], a)) << k->isa;
    }
  }
}

TEST(Int8, BinaryOperationsHaveTheBitsOfTheFloatMeaning) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  Rng rng(2);
  const std::vector<std::byte> a = codes(rng, 517);
  const std::vector<std::byte> b = codes(rng, 517);
  for (const Int8Kernels* k : int8_kernels()) {
    for (const Affine8& qa : kAffine) {
      for (const Affine8& qb : kAffine) {
        for (const Affine8& qy : kAffine) {
          for (const bool multiply : {false, true}) {
            for (const float low : {-kInf, 0.0F}) {
              const Binary8 how{qa, qb, qy, low, low == 0 ? 6.0F : kInf, multiply};
              std::vector<std::byte> y(a.size());
              std::vector<std::byte> one(a.size());
              const auto n = static_cast<std::int64_t>(a.size());
              k->binary(a.data(), b.data(), y.data(), n, how);
              k->binary_one(a.data(), b[7], one.data(), n, how);
              for (std::size_t i = 0; i < a.size(); ++i) {
                const auto want = [&](std::byte other) {
                  const float fa = real(a[i], qa);
                  const float fb = real(other, qb);
                  const float r = multiply ? fa * fb : fa + fb;
                  return code(std::fmin(std::fmax(r, how.low), how.high), qy);
                };
                ASSERT_EQ(value(y[i], qy.is_signed), want(b[i])) << k->isa;
                ASSERT_EQ(value(one[i], qy.is_signed), want(b[7])) << k->isa;
              }
            }
          }
        }
      }
    }
  }
}

TEST(Int8, AccumulateAddsSignedAndUnsignedCodes) {
  Rng rng(3);
  const std::vector<std::byte> x = codes(rng, 77);
  for (const Int8Kernels* k : int8_kernels()) {
    for (const bool is_signed : {false, true}) {
      std::vector<std::int32_t> sums(77, 1000);
      k->accumulate(x.data(), sums.data(), 77, is_signed);
      for (std::size_t i = 0; i < 77; ++i) ASSERT_EQ(sums[i], 1000 + value(x[i], is_signed));
    }
  }
}

TEST(Int8, MomentsAndNormalisationAreRightOnEveryInstructionSet) {
  Rng rng(12);
  for (const std::int64_t n : {1, 3, 16, 31, 77, 200}) {
    std::vector<std::byte> x(static_cast<std::size_t>(n));
    for (std::byte& b : x) b = static_cast<std::byte>(rng.below(256));
    std::vector<float> gain;
    for (std::int64_t i = 0; i < n; ++i) gain.push_back(static_cast<float>(rng.normal()));
    for (const bool is_signed : {false, true}) {
      const auto code = [&](std::size_t i) {
        const int v = std::to_integer<int>(x[i]);
        return is_signed && v > 127 ? v - 256 : v;
      };
      std::int64_t sum = 0;
      std::int64_t squares = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        sum += code(i);
        squares += code(i) * code(i);
      }
      for (const Int8Kernels* k : int8_kernels()) {
        std::int32_t a = 0;
        std::int32_t b = 0;
        k->moments(x.data(), n, is_signed, &a, &b);
        EXPECT_EQ(a, sum) << k->isa;
        EXPECT_EQ(b, squares) << k->isa;
        const Affine8 to = {0.01F, 3, is_signed};
        std::vector<std::byte> norm(x.size());
        k->normalise(x.data(), norm.data(), n,
                     {2.5F, 0.01F, gain.data(), gain.data(), is_signed, to});
        for (std::size_t i = 0; i < x.size(); ++i) {
          const auto near = [&](std::byte got, double value) {
            const double least = is_signed ? -128 : 0;
            const double want = std::clamp(std::nearbyint(value / 0.01) + 3, least, least + 255);
            const int v = std::to_integer<int>(got);
            EXPECT_NEAR(is_signed && v > 127 ? v - 256 : v, want, 1) << k->isa;  // ties
          };
          near(norm[i], (code(i) - 2.5) * 0.01 * gain[i] + gain[i]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace pare
