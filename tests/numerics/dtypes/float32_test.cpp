#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

TEST(Float32, EveryPatternKeepsItsBits) {
  const DtypeInfo& info = format("float32");
  Rng rng(1);
  for (int i = 0; i < 50000; ++i) {
    const std::uint32_t bits = rng.next();
    const auto x = std::bit_cast<float>(bits);
    if (std::isnan(x)) continue;  // a register may turn a signalling NaN into a quiet one
    ASSERT_EQ(encode_one(info, x), bits);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(decode_one(info, bits)), bits);
  }
}

TEST(Float32, EdgesAreExact) {
  const DtypeInfo& info = format("float32");
  EXPECT_EQ(encode_one(info, -0.0F), 0x80000000U);
  EXPECT_EQ(encode_one(info, HUGE_VALF), 0x7F800000U);
  EXPECT_EQ(encode_one(info, 0x1p-149F), 1U);
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
  EXPECT_EQ(info.max, static_cast<double>(std::numeric_limits<float>::max()));
}

TEST(Float32, IsFourBytes) { dtype_test::expect_described("float32", ElementKind::f32, 32); }

}  // namespace
}  // namespace pare
