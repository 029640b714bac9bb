#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 3, false); }

TEST(Uint3, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint3", 3, define); }

TEST(Uint3, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint3", 3); }

TEST(Uint3, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint3", 3, define); }

TEST(Uint3, ErrorIsAtMostAHalfInsideTheRange) {
  const DtypeInfo& info = format("uint3");
  for (float x = 0; x <= 7; x += 0.013F) {
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, x)) - x), 0.5F) << x;
  }
}

TEST(Uint3, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint3"); }

TEST(Uint3, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("uint3", 3, define);
  // By hand, from the lowest bits of the first byte up.
  EXPECT_EQ(dtype_test::encode_bytes(format("uint3"), {0, 7, 5, 7, 1, 0, 7, 4}, 3),
            (std::vector<unsigned>{0x78, 0x1F, 0x9C}));
}

TEST(Uint3, Takes3Bits) { dtype_test::expect_element("uint3", 3); }

}  // namespace
}  // namespace pare
