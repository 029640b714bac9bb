#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

/// Nearest multiple of 2^(exponent - 10), half to even, from the exponent of x (-126 at least).
double define(double x) {
  if (x == 0) return x;
  const int exponent = std::max(std::ilogb(x), -126);
  return std::ldexp(std::nearbyint(std::ldexp(x, 10 - exponent)), exponent - 10);
}

TEST(Tf32, RoundsToTenBitsOfMantissaHalfToEven) {
  const DtypeInfo& info = format("tf32");
  Rng rng(5);
  for (int i = 0; i < 200000; ++i) {
    std::uint32_t bits = rng.next();
    if (i % 3 == 1) bits = (bits & ~0x1FFFU) | 0x1000U;  // a tie
    if (i % 3 == 2) bits &= 0x80FFFFFFU;                 // a subnormal or nearly so
    const auto x = std::bit_cast<float>(bits);
    if (!std::isfinite(x)) continue;
    const double want = define(x);
    const float got = decode_one(info, encode_one(info, x));
    if (std::abs(want) >= 0x1p128) {
      ASSERT_EQ(got, std::copysign(HUGE_VALF, x)) << x;
    } else {
      ASSERT_EQ(got, want) << x;
      ASSERT_EQ(std::signbit(got), std::signbit(x)) << x;
    }
    ASSERT_EQ(encode_one(info, x) & 0x1FFFU, 0U);
    ASSERT_EQ(encode_one(info, got), encode_one(info, x));
  }
}

TEST(Tf32, EndsAndSpecialNumbers) {
  const DtypeInfo& info = format("tf32");
  EXPECT_EQ(info.max, 0x1.ffcp127);
  const auto coded = [&](float x) { return decode_one(info, encode_one(info, x)); };
  EXPECT_EQ(coded(0x1.ffcp127F), 0x1.ffcp127F);
  EXPECT_EQ(coded(0x1.ffdffep127F), 0x1.ffcp127F);
  EXPECT_EQ(coded(0x1.ffep127F), HUGE_VALF);
  EXPECT_EQ(coded(-HUGE_VALF), -HUGE_VALF);
  EXPECT_TRUE(std::isnan(coded(std::nanf(""))));
  EXPECT_TRUE(std::isnan(coded(std::bit_cast<float>(0x7F800001U))));
}

TEST(Tf32, ReadingIgnoresTheBitsBelowButKeepsNan) {
  const DtypeInfo& info = format("tf32");
  EXPECT_EQ(decode_one(info, 0x3F801FFFU), 1.0F);
  EXPECT_TRUE(std::isnan(decode_one(info, 0x7F800001U)));
}

TEST(Tf32, TakesFourBytes) { dtype_test::expect_element("tf32", 32); }

}  // namespace
}  // namespace pare
