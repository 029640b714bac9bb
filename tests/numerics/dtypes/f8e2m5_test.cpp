#include "numerics/dtypes/element_oracle.hpp"

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
  dtype_test::expect_error_bound("f8e2m5", 0x1p-6, 0x1p-6, 7.875);
}

TEST(F8E2M5, SaturatesAtItsLastCodeNanIncluded) {
  const DtypeInfo& info = format("f8e2m5");
  EXPECT_EQ(info.max, 7.875);
  EXPECT_EQ(info.min, -7.875);
  for (const float x : {7.875F, 7.95F, 8.0F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, x), 0x7FU) << x;
    EXPECT_EQ(encode_one(info, -x), 0xFFU) << x;
  }
  EXPECT_EQ(encode_one(info, std::nanf("")), 0x7FU);
  EXPECT_EQ(decode_one(info, 0x01), 0x1p-5F);
}

TEST(F8E2M5, TakesOneByte) { dtype_test::expect_element("f8e2m5", 8); }

}  // namespace
}  // namespace pare
