#include <array>

#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  constexpr std::array<double, 8> kMagnitudes = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
  return (code & 8U) != 0 ? -kMagnitudes[code & 7U] : kMagnitudes[code];
}

TEST(F4E2M1, EveryCodeHasItsPublishedValue) { dtype_test::expect_every_code("f4e2m1", 4, define); }

TEST(F4E2M1, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f4e2m1", 4); }

TEST(F4E2M1, RoundsToNearestEven) { dtype_test::expect_nearest_even("f4e2m1", 4, define); }

TEST(F4E2M1, ThresholdsGoToTheEvenCode) {
  const DtypeInfo& info = format("f4e2m1");
  const std::vector<std::pair<float, unsigned>> published = {
      {0.25F, 0}, {0.75F, 2}, {1.25F, 2}, {1.75F, 4}, {2.5F, 4}, {3.5F, 6}, {5.0F, 6}};
  for (const auto& [x, code] : published) {
    EXPECT_EQ(encode_one(info, x), code) << x;
    EXPECT_EQ(encode_one(info, -x), code + 8) << x;
  }
}

TEST(F4E2M1, ErrorIsAtMostHalfAStep) { dtype_test::expect_error_bound("f4e2m1", 0.25, 0.25, 6); }

TEST(F4E2M1, SaturatesAtSixNanIncluded) {
  const DtypeInfo& info = format("f4e2m1");
  EXPECT_EQ(encode_one(info, 1e9F), 7U);
  EXPECT_EQ(encode_one(info, -HUGE_VALF), 15U);
  EXPECT_EQ(encode_one(info, std::nanf("")), 7U);
}

TEST(F4E2M1, PacksTheFirstValueIntoTheLowNibble) {
  const DtypeInfo& info = format("f4e2m1");
  const std::vector<float> x = {0.5F, -6.0F, 4.0F};
  std::vector<std::byte> packed(2, std::byte{0xFF});
  info.encode(x, packed);
  EXPECT_EQ(packed, (std::vector<std::byte>{std::byte{0xF1}, std::byte{0x06}}));
  std::vector<float> back(3);
  info.decode(packed, back);
  EXPECT_EQ(back, x);
}

TEST(F4E2M1, IsHalfAByte) { dtype_test::expect_described("f4e2m1", ElementKind::f4e2m1, 4); }

}  // namespace
}  // namespace pare
