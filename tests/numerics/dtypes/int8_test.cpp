#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

double define(std::uint32_t code) { return dtype_test::integer_value(code, 8, true); }

TEST(Int8, EveryCodeHasItsValue) { dtype_test::expect_every_code("int8", 8, define); }

TEST(Int8, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int8", 8); }

TEST(Int8, RoundsHalfToEven) { dtype_test::expect_nearest_even("int8", 8, define); }

TEST(Int8, ErrorIsAtMostAHalfInsideTheRange) {
  dtype_test::expect_error_bound("int8", 0, 0.5, 127);
}

TEST(Int8, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int8"); }

TEST(Int8, TakesOneByte) { dtype_test::expect_described("int8", ElementKind::i8, 8); }

}  // namespace
}  // namespace pare
