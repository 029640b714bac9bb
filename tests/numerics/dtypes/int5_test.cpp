#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 5, true); }

TEST(Int5, EveryCodeHasItsValue) { dtype_test::expect_every_code("int5", 5, define); }

TEST(Int5, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int5", 5); }

TEST(Int5, RoundsHalfToEven) { dtype_test::expect_nearest_even("int5", 5, define); }

TEST(Int5, ErrorIsAtMostAHalfInsideTheRange) { dtype_test::expect_error_bound("int5", 0, 0.5, 15); }

TEST(Int5, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int5"); }

TEST(Int5, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("int5", 5, define);
  // By hand, from the lowest bits of the first byte up.
  EXPECT_EQ(dtype_test::encode_bytes(format("int5"), {-16, 15, -14, -6, -1, -15, -13, -7}, 5),
            (std::vector<unsigned>{0xF0, 0x49, 0xFD, 0xE3, 0xCC}));
}

TEST(Int5, Takes5Bits) { dtype_test::expect_element("int5", 5); }

}  // namespace
}  // namespace pare
