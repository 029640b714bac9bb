#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 6, false); }

TEST(Uint6, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint6", 6, define); }

TEST(Uint6, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint6", 6); }

TEST(Uint6, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint6", 6, define); }

TEST(Uint6, ErrorIsAtMostAHalfInsideTheRange) {
  const DtypeInfo& info = format("uint6");
  for (float x = 0; x <= 63; x += 0.013F) {
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, x)) - x), 0.5F) << x;
  }
}

TEST(Uint6, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint6"); }

TEST(Uint6, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("uint6", 6, define);
  // By hand, from the lowest bits of the first byte up.
  EXPECT_EQ(dtype_test::encode_bytes(format("uint6"), {0, 63, 33, 4}, 3),
            (std::vector<unsigned>{0xC0, 0x1F, 0x12}));
}

TEST(Uint6, Takes6Bits) { dtype_test::expect_element("uint6", 6); }

}  // namespace
}  // namespace pare
