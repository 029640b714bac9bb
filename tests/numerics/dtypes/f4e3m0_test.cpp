#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  const double magnitude = (code & 7U) == 0 ? 0 : std::ldexp(1.0, static_cast<int>(code & 7U) - 3);
  return (code & 8U) != 0 ? -magnitude : magnitude;
}

TEST(F4E3M0, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f4e3m0", 4, define); }

TEST(F4E3M0, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f4e3m0", 4); }

TEST(F4E3M0, RoundsToNearestEven) { dtype_test::expect_nearest_even("f4e3m0", 4, define); }

TEST(F4E3M0, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f4e3m0", 1.0 / 3, 0.125, 16);
}

TEST(F4E3M0, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("f4e3m0", 4, define);
}

TEST(F4E3M0, ThresholdsLieHalfWayAndGoToTheEvenCode) {
  const DtypeInfo& info = format("f4e3m0");
  const std::vector<std::pair<float, unsigned>> ties = {
      {0.125F, 0}, {0.375F, 2}, {0.75F, 2}, {1.5F, 4}, {3.0F, 4}, {6.0F, 6}, {12.0F, 6}};
  for (const auto& [x, code] : ties) {
    EXPECT_EQ(encode_one(info, x), code) << x;
    EXPECT_EQ(encode_one(info, -x), code + 8) << x;
  }
}

TEST(F4E3M0, SaturatesAtSixteenNanIncluded) {
  const DtypeInfo& info = format("f4e3m0");
  EXPECT_EQ(info.max, 16);
  EXPECT_EQ(encode_one(info, 1e9F), 7U);
  EXPECT_EQ(encode_one(info, -HUGE_VALF), 15U);
  EXPECT_EQ(encode_one(info, std::nanf("")), 7U);
}

TEST(F4E3M0, TakesHalfAByte) { dtype_test::expect_element("f4e3m0", 4); }

}  // namespace
}  // namespace pare
