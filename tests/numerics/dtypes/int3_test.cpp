#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 3, true); }

TEST(Int3, EveryCodeHasItsValue) { dtype_test::expect_every_code("int3", 3, define); }

TEST(Int3, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int3", 3); }

TEST(Int3, RoundsHalfToEven) { dtype_test::expect_nearest_even("int3", 3, define); }

TEST(Int3, ErrorIsAtMostAHalfInsideTheRange) { dtype_test::expect_error_bound("int3", 0, 0.5, 3); }

TEST(Int3, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int3"); }

TEST(Int3, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("int3", 3, define);
  // By hand, from the lowest bits of the first byte up.
  EXPECT_EQ(dtype_test::encode_bytes(format("int3"), {-4, 3, -2, -1, -2, -1, -2, -2}, 3),
            (std::vector<unsigned>{0x9C, 0xEF, 0xDB}));
}

TEST(Int3, Takes3Bits) { dtype_test::expect_element("int3", 3); }

}  // namespace
}  // namespace pare
