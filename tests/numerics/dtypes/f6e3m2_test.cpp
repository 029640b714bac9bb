#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::float_value(code, 3, 2, 3); }

TEST(F6E3M2, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f6e3m2", 6, define); }

TEST(F6E3M2, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f6e3m2", 6); }

TEST(F6E3M2, RoundsToNearestEven) { dtype_test::expect_nearest_even("f6e3m2", 6, define); }

TEST(F6E3M2, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f6e3m2", 0x1p-3, 0x1p-5, 28);
}

TEST(F6E3M2, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("f6e3m2", 6, define);
}

TEST(F6E3M2, SaturatesAt28NanIncluded) {
  const DtypeInfo& info = format("f6e3m2");
  EXPECT_EQ(info.max, 28);
  for (const float x : {28.0F, 29.9F, 32.0F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, x), 0x1FU) << x;
    EXPECT_EQ(encode_one(info, -x), 0x3FU) << x;
  }
  EXPECT_EQ(encode_one(info, std::nanf("")), 0x1FU);
  EXPECT_EQ(decode_one(info, 0x01), 0x1p-4F);
}

TEST(F6E3M2, TakesSixBits) { dtype_test::expect_element("f6e3m2", 6); }

}  // namespace
}  // namespace pare
