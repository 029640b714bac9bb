#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

TEST(UInt32, PowersOfTwoAndTheirNeighboursDecodeToTheNearestFloat) {
  const DtypeInfo& info = format("uint32");
  for (int bit = 0; bit < 32; ++bit) {
    const auto power = static_cast<std::uint32_t>(std::uint32_t{1} << bit);
    EXPECT_EQ(decode_one(info, static_cast<std::uint64_t>(power)),
              static_cast<float>(std::ldexp(1.0, bit)));
  }
  // 2^24 + 1 lies half way between two floats, 2^24 + 3 too: both go to the even mantissa.
  EXPECT_EQ(decode_one(info, 16777217), 16777216.0F);
  EXPECT_EQ(decode_one(info, 16777219), 16777220.0F);
}

TEST(UInt32, EveryIntegerThatAFloatHoldsSurvivesARoundTrip) {
  const DtypeInfo& info = format("uint32");
  Rng rng(3);
  for (int i = 0; i < 20000; ++i) {
    const double whole = std::floor(rng.uniform() * 0x1p24);
    const auto x = static_cast<float>(std::ldexp(whole, static_cast<int>(rng.below(8))));
    ASSERT_EQ(decode_one(info, encode_one(info, x)), x);
    ASSERT_EQ(encode_one(info, x), static_cast<std::uint64_t>(x));
  }
}

TEST(UInt32, RoundsHalfToEven) {
  const DtypeInfo& info = format("uint32");
  const std::vector<std::pair<float, std::uint64_t>> cases = {
      {0.5F, 0}, {0.75F, 1}, {1.5F, 2}, {2.5F, 2}, {3.5F, 4}, {8388607.5F, 8388608}};
  for (const auto& [x, want] : cases) EXPECT_EQ(encode_one(info, x), want) << x;
  EXPECT_EQ(encode_one(info, -0.4F), 0U);
}

TEST(UInt32, SaturatesToTheExactEndsAndMakesNanZero) {
  const DtypeInfo& info = format("uint32");
  constexpr auto kGreatest = std::numeric_limits<std::uint32_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::uint32_t>::min();
  for (const float x : {0x1p32F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(static_cast<std::uint32_t>(encode_one(info, x)), kGreatest) << x;
    EXPECT_EQ(static_cast<std::uint32_t>(encode_one(info, -x)), kLeast) << x;
  }
  EXPECT_EQ(encode_one(info, std::nanf("")), 0U);
  EXPECT_EQ(info.max, static_cast<double>(kGreatest));
  EXPECT_EQ(info.min, static_cast<double>(kLeast));
}

TEST(UInt32, Takes4Bytes) { dtype_test::expect_described("uint32", ElementKind::u32, 32); }

}  // namespace
}  // namespace pare
