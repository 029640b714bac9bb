#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  if (code == 0x7FU) return std::nan("");
  return dtype_test::float_value(code, 4, 3, 7);
}

TEST(F8UE4M3, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("f8ue4m3", 7, define);
}

TEST(F8UE4M3, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f8ue4m3", 7); }

TEST(F8UE4M3, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8ue4m3", 7, define); }

TEST(F8UE4M3, ErrorIsAtMostHalfAStep) {
  const DtypeInfo& info = format("f8ue4m3");
  for (float x = 0x1p-12F; x < 448; x *= 1.0037F) {
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, x)) - x), std::max(x / 16, 0x1p-10F)) << x;
  }
}

TEST(F8UE4M3, NegativeNumbersAreZeroAndTheTopBitIsNotRead) {
  const DtypeInfo& info = format("f8ue4m3");
  EXPECT_EQ(info.min, 0);
  EXPECT_EQ(info.max, 448);
  for (const float x : {0.0F, 0x1p-30F, 1.0F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, -x), 0U) << x;
  }
  for (std::uint32_t code = 0; code < 0x7F; ++code) {
    EXPECT_EQ(decode_one(info, code | 0x80U), decode_one(info, code));
  }
}

TEST(F8UE4M3, SaturatesAt448AndKeepsNan) {
  const DtypeInfo& info = format("f8ue4m3");
  for (const float x : {448.0F, 464.0F, 465.0F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, x), 0x7EU) << x;
  }
  EXPECT_EQ(encode_one(info, std::nanf("")), 0x7FU);
  EXPECT_EQ(encode_one(info, -std::nanf("")), 0x7FU);
}

TEST(F8UE4M3, TakesOneByte) { dtype_test::expect_element("f8ue4m3", 8); }

}  // namespace
}  // namespace pare
