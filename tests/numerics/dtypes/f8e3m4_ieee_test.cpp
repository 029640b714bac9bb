#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  if ((code & 0x70U) == 0x70U) {
    const double special = (code & 0xFU) == 0 ? HUGE_VAL : std::nan("");
    return (code & 0x80U) != 0 ? -special : special;
  }
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
  dtype_test::expect_error_bound("f8e3m4_ieee", 0x1p-5, 0x1p-7, 15.5);
}

TEST(F8E3M4Ieee, SaturatesAtFifteenAndAHalfAndKeepsNan) {
  const DtypeInfo& info = format("f8e3m4_ieee");
  EXPECT_EQ(info.max, 15.5);
  EXPECT_EQ(info.min, -15.5);
  for (const float x : {15.5F, 15.75F, 16.0F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, x), 0x6FU) << x;
    EXPECT_EQ(encode_one(info, -x), 0xEFU) << x;
  }
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
  EXPECT_EQ(decode_one(info, 0x70), HUGE_VALF);
}

TEST(F8E3M4Ieee, TakesOneByte) { dtype_test::expect_element("f8e3m4_ieee", 8); }

}  // namespace
}  // namespace pare
