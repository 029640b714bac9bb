#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 2, true); }

TEST(Int2, EveryCodeHasItsValue) { dtype_test::expect_every_code("int2", 2, define); }

TEST(Int2, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int2", 2); }

TEST(Int2, RoundsHalfToEven) { dtype_test::expect_nearest_even("int2", 2, define); }

TEST(Int2, ErrorIsAtMostAHalfInsideTheRange) { dtype_test::expect_error_bound("int2", 0, 0.5, 1); }

TEST(Int2, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int2"); }

TEST(Int2, TakesAQuarterOfAByte) { dtype_test::expect_described("int2", ElementKind::i2, 2); }

TEST(Int2, PacksTheFirstValueIntoTheLowBits) {
  const DtypeInfo& info = format("int2");
  const std::vector<float> x = {1, -2, -1, 0, -2, 1};
  std::vector<std::byte> packed(2, std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, (std::vector<std::byte>{std::byte{0x39}, std::byte{0x06}}));
  std::vector<float> back(6);
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

}  // namespace
}  // namespace pare
