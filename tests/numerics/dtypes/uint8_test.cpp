#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 8, false); }

TEST(UInt8, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint8", 8, define); }

TEST(UInt8, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint8", 8); }

TEST(UInt8, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint8", 8, define); }

TEST(UInt8, ErrorIsAtMostAHalfInsideTheRange) {
  const DtypeInfo& info = format("uint8");
  for (double x = 0; x <= info.max; x += info.max / 9973) {
    const auto value = static_cast<float>(x);
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, value)) - value), 0.5F) << x;
  }
}

TEST(UInt8, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint8"); }

TEST(UInt8, TakesOneByte) { dtype_test::expect_described("uint8", ElementKind::u8, 8); }

}  // namespace
}  // namespace pare
