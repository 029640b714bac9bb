#include <array>
#include <string>

#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  constexpr std::array<double, 8> kTwelfths = {0, 0.0625, 8, 12, 4, 6, 2, 3};
  const double size = static_cast<float>(kTwelfths[code & 7U] / 12);
  return (code & 8U) != 0 ? -size : size;
}

TEST(Fp4Bnb, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("fp4_bnb", 4, [](std::uint32_t code) { return define(code); });
}

// The nearest entry, by comparison with all of them.
TEST(Fp4Bnb, FindsTheNearestEntry) {
  const DtypeInfo& info = format("fp4_bnb");
  Rng rng(3);
  for (int i = 0; i < 20000; ++i) {
    const float x = 1.2F * (2 * rng.uniform() - 1);
    double best = HUGE_VAL;
    for (std::uint32_t c = 0; c < 16; ++c) best = std::min(best, std::abs(define(c) - double{x}));
    const double got = decode_one(info, encode_one(info, x));
    ASSERT_NEAR(std::abs(got - double{x}), best, 1e-7 * 1) << x;
  }
  EXPECT_EQ(decode_one(info, encode_one(info, HUGE_VALF)), static_cast<float>(info.max));
  EXPECT_EQ(decode_one(info, encode_one(info, -HUGE_VALF)), static_cast<float>(info.min));
  EXPECT_NEAR(decode_one(info, encode_one(info, std::nanf(""))), 0, 1);
  EXPECT_EQ(dtype_by_name("fp4_bnb").bits_per_value(), 4);
}

}  // namespace
}  // namespace pare
