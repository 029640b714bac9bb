#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 2, false); }

TEST(UInt2, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint2", 2, define); }

TEST(UInt2, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint2", 2); }

TEST(UInt2, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint2", 2, define); }

TEST(UInt2, ErrorIsAtMostAHalfInsideTheRange) {
  const DtypeInfo& info = format("uint2");
  for (double x = 0; x <= info.max; x += info.max / 9973) {
    const auto value = static_cast<float>(x);
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, value)) - value), 0.5F) << x;
  }
}

TEST(UInt2, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint2"); }

TEST(UInt2, TakesAQuarterOfAByte) { dtype_test::expect_described("uint2", ElementKind::u2, 2); }

TEST(UInt2, PacksTheFirstValueIntoTheLowBits) {
  const DtypeInfo& info = format("uint2");
  const std::vector<float> x = {1, 2, 3, 0, 3};
  std::vector<std::byte> packed(2, std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, (std::vector<std::byte>{std::byte{0x39}, std::byte{0x03}}));
  std::vector<float> back(5);
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

}  // namespace
}  // namespace pare
