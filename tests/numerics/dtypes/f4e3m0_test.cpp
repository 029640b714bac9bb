#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  const int exponent = static_cast<int>(code & 7U);
  const double size = exponent == 0 ? 0 : std::ldexp(1.0, exponent - 3);
  return (code & 8U) != 0 ? -size : size;
}

TEST(F4E3M0, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f4e3m0", 4, define); }

TEST(F4E3M0, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f4e3m0", 4); }

// Between powers of two the tie is at 1.5 of the lower one, and goes to the even code.
TEST(F4E3M0, RoundsToNearestEven) { dtype_test::expect_nearest_even("f4e3m0", 4, define); }

TEST(F4E3M0, SaturatesAtSixteen) {
  const DtypeInfo& info = format("f4e3m0");
  EXPECT_EQ(info.max, 16);
  EXPECT_EQ(decode_one(info, encode_one(info, 1e9F)), 16);
  EXPECT_EQ(decode_one(info, encode_one(info, -HUGE_VALF)), -16);
  EXPECT_EQ(decode_one(info, encode_one(info, std::nanf(""))), 16);
  EXPECT_EQ(dtype_by_name("f4e3m0").bits_per_value(), 4);
}

}  // namespace
}  // namespace pare
