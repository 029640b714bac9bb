#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

// 10 bits of mantissa: rounding at the eleventh, by arithmetic in double.
TEST(Tf32, KeepsTenBitsOfMantissa) {
  const DtypeInfo& info = format("tf32");
  Rng rng(9);
  for (int i = 0; i < 100000; ++i) {
    const auto x = std::bit_cast<float>(rng.next());
    if (!std::isnormal(x) || std::abs(x) > 1e38F) continue;
    int exponent = 0;
    const double fraction = std::frexp(double{x}, &exponent);
    const double want = std::ldexp(std::nearbyint(std::ldexp(fraction, 11)), exponent - 11);
    ASSERT_EQ(double{decode_one(info, encode_one(info, x))}, want) << x;
  }
}

TEST(Tf32, SpecialValues) {
  const DtypeInfo& info = format("tf32");
  EXPECT_EQ(decode_one(info, encode_one(info, std::numeric_limits<float>::max())), HUGE_VALF);
  EXPECT_EQ(decode_one(info, encode_one(info, static_cast<float>(info.max))), info.max);
  EXPECT_EQ(decode_one(info, encode_one(info, -HUGE_VALF)), -HUGE_VALF);
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
  EXPECT_EQ(decode_one(info, encode_one(info, 1 + 0x1p-11F)), 1);
  EXPECT_EQ(decode_one(info, encode_one(info, 1 + 0x3p-11F)), 1 + 0x1p-9F);
}

}  // namespace
}  // namespace pare
