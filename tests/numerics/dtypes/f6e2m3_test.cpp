#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::float_value(code, 2, 3, 1); }

TEST(F6E2M3, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f6e2m3", 6, define); }

TEST(F6E2M3, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f6e2m3", 6); }

TEST(F6E2M3, RoundsToNearestEven) { dtype_test::expect_nearest_even("f6e2m3", 6, define); }

TEST(F6E2M3, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("f6e2m3", 0x1p-4, 0x1p-4, 7.5);
}

TEST(F6E2M3, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("f6e2m3", 6, define);
}

TEST(F6E2M3, SaturatesAtSevenAndAHalfNanIncluded) {
  const DtypeInfo& info = format("f6e2m3");
  EXPECT_EQ(info.max, 7.5);
  for (const float x : {7.5F, 7.75F, 8.0F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(encode_one(info, x), 0x1FU) << x;
    EXPECT_EQ(encode_one(info, -x), 0x3FU) << x;
  }
  EXPECT_EQ(encode_one(info, std::nanf("")), 0x1FU);
  EXPECT_EQ(decode_one(info, 0x01), 0.125F);
}

TEST(F6E2M3, FourValuesLieInThreeBytes) {
  const DtypeInfo& info = format("f6e2m3");
  // Codes 0x01, 0x3F, 0x08, 0x20 from the lowest bits up: 100000 001000 111111 000001.
  EXPECT_EQ(dtype_test::encode_bytes(info, {0.125F, -7.5F, 1.0F, -0.0F}, 3),
            (std::vector<unsigned>{0xC1, 0x8F, 0x80}));
}

TEST(F6E2M3, TakesSixBits) { dtype_test::expect_element("f6e2m3", 6); }

}  // namespace
}  // namespace pare
