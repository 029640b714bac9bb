#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  if ((code & 0x7FU) > 0x7CU) return std::nan("");
  if (code == 0x7CU) return HUGE_VAL;
  if (code == 0xFCU) return -HUGE_VAL;
  return dtype_test::float_value(code, 5, 2, 15);
}

TEST(F8E5M2, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f8e5m2", 8, define); }

TEST(F8E5M2, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f8e5m2", 8); }

TEST(F8E5M2, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8e5m2", 8, define); }

TEST(F8E5M2, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f8e5m2", std::ldexp(1.0, -2 - 1), std::ldexp(1.0, -15 - 2),
                                 57344);
}

TEST(F8E5M2, SaturatesAt57344AndKeepsNan) {
  const DtypeInfo& info = format("f8e5m2");
  EXPECT_EQ(info.max, 57344);
  for (const float x : {57344.0F, 61440.0F, 65536.0F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, x), 0x7BU) << x;
    EXPECT_EQ(encode_one(info, -x), 0xFBU) << x;
  }
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
  EXPECT_EQ(decode_one(info, 0x01), 0x1p-16F);
}

TEST(F8E5M2, IsOneByte) { dtype_test::expect_described("f8e5m2", ElementKind::f8e5m2, 8); }

}  // namespace
}  // namespace pare
