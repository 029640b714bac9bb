#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 6, true); }

TEST(Int6, EveryCodeHasItsValue) { dtype_test::expect_every_code("int6", 6, define); }

TEST(Int6, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int6", 6); }

TEST(Int6, RoundsHalfToEven) { dtype_test::expect_nearest_even("int6", 6, define); }

TEST(Int6, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int6"); }

TEST(Int6, TakesItsBits) { EXPECT_EQ(dtype_by_name("int6").bits_per_value(), 6); }

TEST(Int6, PacksFromTheLowBitsOn) {
  const DtypeInfo& info = format("int6");
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
