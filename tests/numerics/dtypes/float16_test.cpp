#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  const std::uint32_t magnitude = code & 0x7FFFU;
  constexpr std::uint32_t kInfinity = ((1U << 5) - 1U) << 10;
  if (magnitude > kInfinity) return std::nan("");
  if (magnitude == kInfinity) return code == magnitude ? HUGE_VAL : -HUGE_VAL;
  return dtype_test::float_value(code, 5, 10, 15);
}

TEST(Float16, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("float16", 16, define);
}

TEST(Float16, EveryFiniteCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("float16", 16); }

TEST(Float16, RoundsToNearestEven) { dtype_test::expect_nearest_even("float16", 16, define); }

TEST(Float16, ErrorIsAtMostHalfAStep) {
  dtype_test::expect_error_bound("float16", std::ldexp(1.0, -10 - 1), std::ldexp(1.0, -15 - 10),
                                 60000);
}

TEST(Float16, OverflowIsInfinityAndNanStaysNan) {
  const DtypeInfo& info = format("float16");
  const auto greatest = static_cast<float>(info.max);
  EXPECT_EQ(encode_one(info, greatest), 0x7BFFU);
  EXPECT_EQ(decode_one(info, encode_one(info, 65520.0F)), HUGE_VALF);
  EXPECT_EQ(decode_one(info, encode_one(info, -65520.0F)), -HUGE_VALF);
  EXPECT_EQ(encode_one(info, std::nextafter(65520.0F, 0.0F)), 0x7BFFU);
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::bit_cast<float>(0x7F800001U)))));
}

TEST(Float16, IsTwoBytes) { dtype_test::expect_described("float16", ElementKind::f16, 16); }

}  // namespace
}  // namespace pare
