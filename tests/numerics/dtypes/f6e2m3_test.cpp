#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::float_value(code, 2, 3, 1); }

TEST(F6E2M3, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f6e2m3", 6, define); }

TEST(F6E2M3, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f6e2m3", 6); }

TEST(F6E2M3, RoundsToNearestEven) { dtype_test::expect_nearest_even("f6e2m3", 6, define); }

TEST(F6E2M3, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f6e2m3", std::ldexp(1.0, -4), std::ldexp(1.0, -4), 7.5);
}

TEST(F6E2M3, SaturatesOnBothSides) {
  const DtypeInfo& info = format("f6e2m3");
  EXPECT_EQ(info.max, 7.5);
  EXPECT_EQ(info.min, -7.5);
  for (const float x : {7.5F, 7.5F * 1.5F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(decode_one(info, encode_one(info, x)), 7.5F) << x;
    EXPECT_EQ(decode_one(info, encode_one(info, -x)), -7.5F) << x;
  }
  EXPECT_EQ(decode_one(info, encode_one(info, std::nanf(""))), 7.5F);
}

TEST(F6E2M3, TakesItsBits) { EXPECT_EQ(dtype_by_name("f6e2m3").bits_per_value(), 6); }

// Four codes in three bytes, the first in the low bits.
TEST(F6E2M3, PacksFromTheLowBitsOn) {
  const DtypeInfo& info = format("f6e2m3");
  std::vector<std::byte> bytes = {std::byte{0x81}, std::byte{0x30}, std::byte{0x10}};  // 1, 2, 3, 4
  std::vector<float> x(4);
  info.decode(bytes, x);
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(x[i], define(i + 1));
  std::vector<std::byte> back(3);
  info.encode(x, back);
  EXPECT_EQ(back, bytes);
}

}  // namespace
}  // namespace pare
