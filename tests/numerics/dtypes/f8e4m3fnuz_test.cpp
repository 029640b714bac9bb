#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  if (code == 0x80U) return std::nan("");
  return dtype_test::float_value(code, 4, 3, 8);
}

TEST(F8E4M3FNUZ, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("f8e4m3fnuz", 8, define);
}

TEST(F8E4M3FNUZ, EveryFiniteCodeSurvivesARoundTrip) {
  dtype_test::expect_round_trip("f8e4m3fnuz", 8);
}

TEST(F8E4M3FNUZ, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8e4m3fnuz", 8, define); }

TEST(F8E4M3FNUZ, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f8e4m3fnuz", std::ldexp(1.0, -3 - 1), std::ldexp(1.0, -8 - 3),
                                 240);
}

TEST(F8E4M3FNUZ, SaturatesAt240AndTurnsInfinityIntoNan) {
  const DtypeInfo& info = format("f8e4m3fnuz");
  EXPECT_EQ(info.max, 240);
  for (const float x : {240.0F, 248.0F, 256.0F, 3e38F}) {
    EXPECT_EQ(encode_one(info, x), 0x7FU) << x;
    EXPECT_EQ(encode_one(info, -x), 0xFFU) << x;
  }
  for (const float x : {HUGE_VALF, -HUGE_VALF, std::nanf("")}) {
    EXPECT_EQ(encode_one(info, x), 0x80U) << x;
  }
  EXPECT_EQ(decode_one(info, 0x01), 0x1p-10F);
}

TEST(F8E4M3FNUZ, HasNoNegativeZero) {
  EXPECT_EQ(encode_one(format("f8e4m3fnuz"), -0.0F), 0U);
  EXPECT_EQ(encode_one(format("f8e4m3fnuz"), -0x1p-30F), 0U);
}

TEST(F8E4M3FNUZ, IsOneByte) {
  dtype_test::expect_described("f8e4m3fnuz", ElementKind::f8e4m3fnuz, 8);
}

}  // namespace
}  // namespace pare
