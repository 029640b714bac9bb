#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 6, true); }

TEST(Int6, EveryCodeHasItsValue) { dtype_test::expect_every_code("int6", 6, define); }

TEST(Int6, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int6", 6); }

TEST(Int6, RoundsHalfToEven) { dtype_test::expect_nearest_even("int6", 6, define); }

TEST(Int6, ErrorIsAtMostAHalfInsideTheRange) { dtype_test::expect_error_bound("int6", 0, 0.5, 31); }

TEST(Int6, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int6"); }

TEST(Int6, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("int6", 6, define);
  // By hand, from the lowest bits of the first byte up.
  EXPECT_EQ(dtype_test::encode_bytes(format("int6"), {-32, 31, 29, 4}, 3),
            (std::vector<unsigned>{0xE0, 0xD7, 0x11}));
}

TEST(Int6, Takes6Bits) { dtype_test::expect_element("int6", 6); }

}  // namespace
}  // namespace pare
