#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 7, false); }

TEST(Uint7, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint7", 7, define); }

TEST(Uint7, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint7", 7); }

TEST(Uint7, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint7", 7, define); }

TEST(Uint7, ErrorIsAtMostAHalfInsideTheRange) {
  const DtypeInfo& info = format("uint7");
  for (float x = 0; x <= 127; x += 0.013F) {
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, x)) - x), 0.5F) << x;
  }
}

TEST(Uint7, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint7"); }

TEST(Uint7, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("uint7", 7, define);
  // By hand, from the lowest bits of the first byte up.
  EXPECT_EQ(dtype_test::encode_bytes(format("uint7"), {0, 127, 101, 12, 18, 24, 93, 14}, 7),
            (std::vector<unsigned>{0x80, 0x7F, 0x99, 0x21, 0xC1, 0x74, 0x1D}));
}

TEST(Uint7, Takes7Bits) { dtype_test::expect_element("uint7", 7); }

}  // namespace
}  // namespace pare
