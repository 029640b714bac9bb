#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 3, false); }

TEST(Uint3, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint3", 3, define); }

TEST(Uint3, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint3", 3); }

TEST(Uint3, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint3", 3, define); }

TEST(Uint3, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint3"); }

TEST(Uint3, TakesItsBits) { EXPECT_EQ(dtype_by_name("uint3").bits_per_value(), 3); }

TEST(Uint3, PacksFromTheLowBitsOn) {
  const DtypeInfo& info = format("uint3");
  const std::vector<float> x = {1, 0, 3, 2, 1, 0, 3, 2};
  const std::vector<std::byte> want = {std::byte{0xC1}, std::byte{0x14}, std::byte{0x4C}};
  std::vector<std::byte> packed(want.size(), std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, want);
  std::vector<float> back(x.size());
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

}  // namespace
}  // namespace pare
