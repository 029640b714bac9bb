#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 4, false); }

TEST(UInt4, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint4", 4, define); }

TEST(UInt4, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint4", 4); }

TEST(UInt4, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint4", 4, define); }

TEST(UInt4, ErrorIsAtMostAHalfInsideTheRange) {
  const DtypeInfo& info = format("uint4");
  for (double x = 0; x <= info.max; x += info.max / 9973) {
    const auto value = static_cast<float>(x);
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, value)) - value), 0.5F) << x;
  }
}

TEST(UInt4, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint4"); }

TEST(UInt4, TakesHalfAByte) { dtype_test::expect_described("uint4", ElementKind::u4, 4); }

TEST(UInt4, PacksTheFirstValueIntoTheLowBits) {
  const DtypeInfo& info = format("uint4");
  const std::vector<float> x = {1, 15, 8};
  std::vector<std::byte> packed(2, std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, (std::vector<std::byte>{std::byte{0xF1}, std::byte{0x08}}));
  std::vector<float> back(3);
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

}  // namespace
}  // namespace pare
