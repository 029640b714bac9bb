#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 5, false); }

TEST(Uint5, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint5", 5, define); }

TEST(Uint5, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint5", 5); }

TEST(Uint5, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint5", 5, define); }

TEST(Uint5, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint5"); }

TEST(Uint5, TakesItsBits) { EXPECT_EQ(dtype_by_name("uint5").bits_per_value(), 5); }

TEST(Uint5, PacksFromTheLowBitsOn) {
  const DtypeInfo& info = format("uint5");
  const std::vector<float> x = {1, 4, 7, 10, 13, 0, 3, 6};
  const std::vector<std::byte> want = {std::byte{0x81}, std::byte{0x1C}, std::byte{0xD5},
                                       std::byte{0xC0}, std::byte{0x30}};
  std::vector<std::byte> packed(want.size(), std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, want);
  std::vector<float> back(x.size());
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

}  // namespace
}  // namespace pare
