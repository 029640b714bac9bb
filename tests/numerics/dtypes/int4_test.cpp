#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

double define(std::uint32_t code) { return dtype_test::integer_value(code, 4, true); }

TEST(Int4, EveryCodeHasItsValue) { dtype_test::expect_every_code("int4", 4, define); }

TEST(Int4, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("int4", 4); }

TEST(Int4, RoundsHalfToEven) { dtype_test::expect_nearest_even("int4", 4, define); }

TEST(Int4, ErrorIsAtMostAHalfInsideTheRange) { dtype_test::expect_error_bound("int4", 0, 0.5, 7); }

TEST(Int4, SaturatesAndMakesNanZero) { dtype_test::expect_integer_edges("int4"); }

TEST(Int4, TakesHalfAByte) { dtype_test::expect_described("int4", ElementKind::i4, 4); }

TEST(Int4, PacksTheFirstValueIntoTheLowBits) {
  const DtypeInfo& info = format("int4");
  const std::vector<float> x = {1, -8, -1};
  std::vector<std::byte> packed(2, std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, (std::vector<std::byte>{std::byte{0x81}, std::byte{0x0F}}));
  std::vector<float> back(3);
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

}  // namespace
}  // namespace pare
