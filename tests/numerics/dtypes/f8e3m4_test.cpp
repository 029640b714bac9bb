#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  if ((code & 0x7FU) == 0x7FU) return std::nan("");
  return dtype_test::float_value(code, 3, 4, 3);
}

TEST(F8E3M4, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f8e3m4", 8, define); }

TEST(F8E3M4, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f8e3m4", 8); }

TEST(F8E3M4, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8e3m4", 8, define); }

TEST(F8E3M4, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f8e3m4", std::ldexp(1.0, -5), std::ldexp(1.0, -7), 30.0);
}

TEST(F8E3M4, SaturatesOnBothSides) {
  const DtypeInfo& info = format("f8e3m4");
  EXPECT_EQ(info.max, 30.0);
  EXPECT_EQ(info.min, -30.0);
  for (const float x : {30.0F, 30.0F * 1.5F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(decode_one(info, encode_one(info, x)), 30.0F) << x;
    EXPECT_EQ(decode_one(info, encode_one(info, -x)), -30.0F) << x;
  }
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
}

TEST(F8E3M4, TakesItsBits) { EXPECT_EQ(dtype_by_name("f8e3m4").bits_per_value(), 8); }

}  // namespace
}  // namespace pare
