#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  if ((code & 0x7FU) == 0x7FU) return std::nan("");
  return dtype_test::float_value(code, 4, 3, 7);
}

TEST(F8E4M3FN, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("f8e4m3fn", 8, define);
}

TEST(F8E4M3FN, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f8e4m3fn", 8); }

TEST(F8E4M3FN, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8e4m3fn", 8, define); }

TEST(F8E4M3FN, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f8e4m3fn", std::ldexp(1.0, -3 - 1), std::ldexp(1.0, -7 - 3), 448);
}

TEST(F8E4M3FN, SaturatesAt448AndKeepsNan) {
  const DtypeInfo& info = format("f8e4m3fn");
  EXPECT_EQ(info.max, 448);
  for (const float x : {448.0F, 464.0F, 464.1F, 480.0F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, x), 0x7EU) << x;
    EXPECT_EQ(encode_one(info, -x), 0xFEU) << x;
  }
  EXPECT_EQ(encode_one(info, std::nanf("")) & 0x7FU, 0x7FU);
  EXPECT_EQ(encode_one(info, -0.0F), 0x80U);
  EXPECT_EQ(decode_one(info, 0x01), 0x1p-9F);
}

TEST(F8E4M3FN, IsOneByte) { dtype_test::expect_described("f8e4m3fn", ElementKind::f8e4m3fn, 8); }

}  // namespace
}  // namespace pare
