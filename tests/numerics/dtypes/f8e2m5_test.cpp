#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::float_value(code, 2, 5, 1); }

TEST(F8E2M5, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f8e2m5", 8, define); }

TEST(F8E2M5, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f8e2m5", 8); }

TEST(F8E2M5, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8e2m5", 8, define); }

TEST(F8E2M5, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f8e2m5", std::ldexp(1.0, -6), std::ldexp(1.0, -6), 7.875);
}

TEST(F8E2M5, SaturatesOnBothSides) {
  const DtypeInfo& info = format("f8e2m5");
  EXPECT_EQ(info.max, 7.875);
  EXPECT_EQ(info.min, -7.875);
  for (const float x : {7.875F, 7.875F * 1.5F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(decode_one(info, encode_one(info, x)), 7.875F) << x;
    EXPECT_EQ(decode_one(info, encode_one(info, -x)), -7.875F) << x;
  }
  EXPECT_EQ(decode_one(info, encode_one(info, std::nanf(""))), 7.875F);
}

TEST(F8E2M5, TakesItsBits) { EXPECT_EQ(dtype_by_name("f8e2m5").bits_per_value(), 8); }

}  // namespace
}  // namespace pare
