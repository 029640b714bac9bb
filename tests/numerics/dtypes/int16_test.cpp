#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

double define(std::uint32_t code) { return dtype_test::integer_value(code, 16, true); }

TEST(Int16, EveryCodeHasItsValue) { dtype_test::expect_every_code("int16", 16, define); }

TEST(Int16, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int16", 16); }

TEST(Int16, RoundsHalfToEven) { dtype_test::expect_nearest_even("int16", 16, define); }

TEST(Int16, ErrorIsAtMostAHalfInsideTheRange) {
  dtype_test::expect_error_bound("int16", 0, 0.5, 32767);
}

TEST(Int16, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int16"); }

TEST(Int16, TakesTwoBytes) { dtype_test::expect_described("int16", ElementKind::i16, 16); }

}  // namespace
}  // namespace pare
