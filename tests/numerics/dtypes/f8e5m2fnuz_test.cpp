#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  if (code == 0x80U) return std::nan("");
  return dtype_test::float_value(code, 5, 2, 16);
}

TEST(F8E5M2FNUZ, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("f8e5m2fnuz", 8, define);
}

TEST(F8E5M2FNUZ, EveryFiniteCodeSurvivesARoundTrip) {
  dtype_test::expect_round_trip("f8e5m2fnuz", 8);
}

TEST(F8E5M2FNUZ, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8e5m2fnuz", 8, define); }

TEST(F8E5M2FNUZ, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f8e5m2fnuz", std::ldexp(1.0, -2 - 1), std::ldexp(1.0, -16 - 2),
                                 57344);
}

TEST(F8E5M2FNUZ, SaturatesAt57344AndTurnsInfinityIntoNan) {
  const DtypeInfo& info = format("f8e5m2fnuz");
  EXPECT_EQ(info.max, 57344);
  EXPECT_EQ(encode_one(info, 61440.0F), 0x7FU);
  EXPECT_EQ(encode_one(info, -3e38F), 0xFFU);
  for (const float x : {HUGE_VALF, -HUGE_VALF, std::nanf("")}) {
    EXPECT_EQ(encode_one(info, x), 0x80U) << x;
  }
  EXPECT_EQ(encode_one(info, -0.0F), 0U);
  EXPECT_EQ(decode_one(info, 0x01), 0x1p-17F);
}

TEST(F8E5M2FNUZ, IsOneByte) {
  dtype_test::expect_described("f8e5m2fnuz", ElementKind::f8e5m2fnuz, 8);
}

}  // namespace
}  // namespace pare
