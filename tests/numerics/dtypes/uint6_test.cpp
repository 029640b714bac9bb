#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 6, false); }

TEST(Uint6, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint6", 6, define); }

TEST(Uint6, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint6", 6); }

TEST(Uint6, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint6", 6, define); }

TEST(Uint6, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint6"); }

TEST(Uint6, TakesItsBits) { EXPECT_EQ(dtype_by_name("uint6").bits_per_value(), 6); }

TEST(Uint6, PacksFromTheLowBitsOn) {
  const DtypeInfo& info = format("uint6");
  const std::vector<float> x = {1, 4, 7, 10};
  const std::vector<std::byte> want = {std::byte{0x01}, std::byte{0x71}, std::byte{0x28}};
  std::vector<std::byte> packed(want.size(), std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, want);
  std::vector<float> back(x.size());
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

}  // namespace
}  // namespace pare
