#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  const std::uint32_t magnitude = code & 0x7FFFU;
  constexpr std::uint32_t kInfinity = ((1U << 8) - 1U) << 7;
  if (magnitude > kInfinity) return std::nan("");
  if (magnitude == kInfinity) return code == magnitude ? HUGE_VAL : -HUGE_VAL;
  return dtype_test::float_value(code, 8, 7, 127);
}

TEST(BFloat16, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("bfloat16", 16, define);
}

TEST(BFloat16, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("bfloat16", 16); }

TEST(BFloat16, RoundsToNearestEven) { dtype_test::expect_nearest_even("bfloat16", 16, define); }

TEST(BFloat16, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("bfloat16", std::ldexp(1.0, -7 - 1), std::ldexp(1.0, -127 - 7),
                                 60000);
}

TEST(BFloat16, OverflowIsInfinityAndNanStaysNan) {
  const DtypeInfo& info = format("bfloat16");
  const auto greatest = static_cast<float>(info.max);
  EXPECT_EQ(encode_one(info, greatest), 0x7F7FU);
  EXPECT_EQ(decode_one(info, encode_one(info, 0x1.ffp127F)), HUGE_VALF);
  EXPECT_EQ(decode_one(info, encode_one(info, -0x1.ffp127F)), -HUGE_VALF);
  EXPECT_EQ(encode_one(info, std::nextafter(0x1.ffp127F, 0.0F)), 0x7F7FU);
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::bit_cast<float>(0x7F800001U)))));
}

TEST(BFloat16, IsTwoBytes) { dtype_test::expect_described("bfloat16", ElementKind::bf16, 16); }

}  // namespace
}  // namespace pare
