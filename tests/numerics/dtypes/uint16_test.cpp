#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 16, false); }

TEST(UInt16, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint16", 16, define); }

TEST(UInt16, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint16", 16); }

TEST(UInt16, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint16", 16, define); }

TEST(UInt16, ErrorIsAtMostAHalfInsideTheRange) {
  const DtypeInfo& info = format("uint16");
  for (double x = 0; x <= info.max; x += info.max / 9973) {
    const auto value = static_cast<float>(x);
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, value)) - value), 0.5F) << x;
  }
}

TEST(UInt16, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint16"); }

TEST(UInt16, TakesTwoBytes) { dtype_test::expect_described("uint16", ElementKind::u16, 16); }

}  // namespace
}  // namespace pare
