#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  if ((code & 0x7FU) > 0x70U) return std::nan("");
  if (code == 0x70U) return HUGE_VAL;
  if (code == 0xF0U) return -HUGE_VAL;
  return dtype_test::float_value(code, 3, 4, 3);
}

TEST(F8E3M4Ieee, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("f8e3m4_ieee", 8, define);
}

TEST(F8E3M4Ieee, EveryFiniteCodeSurvivesARoundTrip) {
  dtype_test::expect_round_trip("f8e3m4_ieee", 8);
}

TEST(F8E3M4Ieee, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8e3m4_ieee", 8, define); }

TEST(F8E3M4Ieee, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f8e3m4_ieee", std::ldexp(1.0, -5), std::ldexp(1.0, -7), 15.5);
}

TEST(F8E3M4Ieee, SaturatesOnBothSides) {
  const DtypeInfo& info = format("f8e3m4_ieee");
  EXPECT_EQ(info.max, 15.5);
  EXPECT_EQ(info.min, -15.5);
  for (const float x : {15.5F, 15.5F * 1.5F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(decode_one(info, encode_one(info, x)), 15.5F) << x;
    EXPECT_EQ(decode_one(info, encode_one(info, -x)), -15.5F) << x;
  }
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
}

TEST(F8E3M4Ieee, TakesItsBits) { EXPECT_EQ(dtype_by_name("f8e3m4_ieee").bits_per_value(), 8); }

}  // namespace
}  // namespace pare
