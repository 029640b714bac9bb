#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 5, false); }

TEST(Uint5, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint5", 5, define); }

TEST(Uint5, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint5", 5); }

TEST(Uint5, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint5", 5, define); }

TEST(Uint5, ErrorIsAtMostAHalfInsideTheRange) {
  const DtypeInfo& info = format("uint5");
  for (float x = 0; x <= 31; x += 0.013F) {
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, x)) - x), 0.5F) << x;
  }
}

TEST(Uint5, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint5"); }

TEST(Uint5, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("uint5", 5, define);
  // By hand, from the lowest bits of the first byte up.
  EXPECT_EQ(dtype_test::encode_bytes(format("uint5"), {0, 31, 1, 29, 15, 3, 10, 7}, 5),
            (std::vector<unsigned>{0xE0, 0x87, 0xFE, 0x86, 0x3A}));
}

TEST(Uint5, Takes5Bits) { dtype_test::expect_element("uint5", 5); }

}  // namespace
}  // namespace pare
