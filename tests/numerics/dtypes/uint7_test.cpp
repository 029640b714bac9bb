#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 7, false); }

TEST(Uint7, EveryCodeHasItsValue) { dtype_test::expect_every_code("uint7", 7, define); }

TEST(Uint7, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("uint7", 7); }

TEST(Uint7, RoundsHalfToEven) { dtype_test::expect_nearest_even("uint7", 7, define); }

TEST(Uint7, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("uint7"); }

TEST(Uint7, TakesItsBits) { EXPECT_EQ(dtype_by_name("uint7").bits_per_value(), 7); }

TEST(Uint7, PacksFromTheLowBitsOn) {
  const DtypeInfo& info = format("uint7");
  const std::vector<float> x = {1, 4, 7, 10, 13, 16, 19, 22};
  const std::vector<std::byte> want = {std::byte{0x01}, std::byte{0xC2}, std::byte{0x41},
                                       std::byte{0xD1}, std::byte{0x80}, std::byte{0x4C},
                                       std::byte{0x2C}};
  std::vector<std::byte> packed(want.size(), std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, want);
  std::vector<float> back(x.size());
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

}  // namespace
}  // namespace pare
