#include "numerics/dtypes/oracle.hpp"
#include "numerics/e8m0.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  return code == 255 ? std::nan("") : std::ldexp(1.0, static_cast<int>(code) - 127);
}

TEST(F8E8M0, EveryCodeIsAPowerOfTwo) { dtype_test::expect_every_code("f8e8m0", 8, define); }

TEST(F8E8M0, EveryCodeButNanSurvivesARoundTrip) { dtype_test::expect_round_trip("f8e8m0", 8); }

TEST(F8E8M0, RoundsToNearestWithTiesToTheEvenCode) {
  dtype_test::expect_nearest_even("f8e8m0", 8, define);
}

TEST(F8E8M0, ErrorIsAtMostAThird) {
  // Worst case: 1.5 * 2^n rounds to 2^n, which is a third of it away.
  const DtypeInfo& info = format("f8e8m0");
  for (float x = 0x1p-100F; x < 0x1p100F; x *= 1.0371F) {
    ASSERT_LE(std::abs(decode_one(info, encode_one(info, x)) - x), x / 3 + x * 1e-6F) << x;
  }
}

TEST(F8E8M0, EdgesSaturateAndNegativesAreNan) {
  const DtypeInfo& info = format("f8e8m0");
  EXPECT_EQ(encode_one(info, 0.0F), 0U);
  EXPECT_EQ(encode_one(info, 0x1p-149F), 0U);
  EXPECT_EQ(encode_one(info, 0x1.8p-127F), 0U);  // tie between codes 0 and 1
  EXPECT_EQ(encode_one(info, 0x1.80001p-127F), 1U);
  EXPECT_EQ(encode_one(info, 3e38F), 254U);
  EXPECT_EQ(encode_one(info, HUGE_VALF), 254U);
  EXPECT_EQ(encode_one(info, -1.0F), 255U);
  EXPECT_EQ(encode_one(info, std::nanf("")), 255U);
}

TEST(F8E8M0, RoundsUpAndDownWhereAsked) {
  EXPECT_EQ(encode_e8m0(1.0F, ScaleRounding::up), 127);
  EXPECT_EQ(encode_e8m0(1.0001F, ScaleRounding::up), 128);
  EXPECT_EQ(encode_e8m0(0x1.1p-127F, ScaleRounding::up), 1);
  EXPECT_EQ(encode_e8m0(1.9999F, ScaleRounding::down), 127);
  EXPECT_EQ(encode_e8m0(0x1.fp-127F, ScaleRounding::down), 0);
}

TEST(F8E8M0, IsOneByte) { dtype_test::expect_described("f8e8m0", ElementKind::f8e8m0, 8); }

}  // namespace
}  // namespace pare
