#include "numerics/dtypes/element_oracle.hpp"

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
  dtype_test::expect_error_bound("f8e3m4", 0x1p-5, 0x1p-7, 30);
}

TEST(F8E3M4, SaturatesAt30AndKeepsNan) {
  const DtypeInfo& info = format("f8e3m4");
  EXPECT_EQ(info.max, 30);
  EXPECT_EQ(info.min, -30);
  // 30.5 is half way to 31, whose code is the NaN.
  for (const float x : {30.0F, 30.5F, 30.6F, 31.0F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, x), 0x7EU) << x;
    EXPECT_EQ(encode_one(info, -x), 0xFEU) << x;
  }
  EXPECT_EQ(encode_one(info, std::nanf("")) & 0x7FU, 0x7FU);
  EXPECT_EQ(decode_one(info, 0x01), 0x1p-6F);
  EXPECT_EQ(decode_one(info, 0x10), 0.25F);
}

TEST(F8E3M4, TakesOneByte) { dtype_test::expect_element("f8e3m4", 8); }

}  // namespace
}  // namespace pare
