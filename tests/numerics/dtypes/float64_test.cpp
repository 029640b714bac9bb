#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

TEST(Float64, EveryFloatSurvivesARoundTrip) {
  const DtypeInfo& info = format("float64");
  Rng rng(2);
  for (int i = 0; i < 50000; ++i) {
    const auto x = std::bit_cast<float>(rng.next());
    if (std::isnan(x)) continue;
    const std::uint64_t code = encode_one(info, x);
    ASSERT_EQ(std::bit_cast<double>(code), static_cast<double>(x));
    ASSERT_EQ(std::bit_cast<std::uint32_t>(decode_one(info, code)),
              std::bit_cast<std::uint32_t>(x));
  }
}

TEST(Float64, DecodingRoundsToNearestEven) {
  const DtypeInfo& info = format("float64");
  const auto decoded = [&](double x) { return decode_one(info, std::bit_cast<std::uint64_t>(x)); };
  EXPECT_EQ(decoded(1 + 0x1p-24), 1.0F);  // tie, 1 is even
  EXPECT_EQ(decoded(1 + 0x1p-24 + 0x1p-50), 0x1.000002p0F);
  EXPECT_EQ(decoded(1 + 0x1.8p-23), 0x1.000004p0F);  // tie, the upper one is even
  EXPECT_EQ(decoded(0x1p-150), 0.0F);
  EXPECT_EQ(decoded(HUGE_VAL), HUGE_VALF);
  EXPECT_TRUE(std::isnan(decoded(std::nan(""))));
}

TEST(Float64, IsEightBytes) { dtype_test::expect_described("float64", ElementKind::f64, 64); }

}  // namespace
}  // namespace pare
