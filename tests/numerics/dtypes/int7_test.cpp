#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 7, true); }

TEST(Int7, EveryCodeHasItsValue) { dtype_test::expect_every_code("int7", 7, define); }

TEST(Int7, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int7", 7); }

TEST(Int7, RoundsHalfToEven) { dtype_test::expect_nearest_even("int7", 7, define); }

TEST(Int7, ErrorIsAtMostAHalfInsideTheRange) { dtype_test::expect_error_bound("int7", 0, 0.5, 63); }

TEST(Int7, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int7"); }

TEST(Int7, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("int7", 7, define);
  // By hand, from the lowest bits of the first byte up.
  EXPECT_EQ(dtype_test::encode_bytes(format("int7"), {-64, 63, 29, 10, -20, 7, -36, -58}, 7),
            (std::vector<unsigned>{0xC0, 0x5F, 0x47, 0xC1, 0x3E, 0x70, 0x8D}));
}

TEST(Int7, Takes7Bits) { dtype_test::expect_element("int7", 7); }

}  // namespace
}  // namespace pare
