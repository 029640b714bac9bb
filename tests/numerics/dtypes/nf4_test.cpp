#include <array>
#include <string>

#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

/// The quantile of the normal distribution, by bisection of its distribution function.
double quantile(double p) {
  double low = -10;
  double high = 10;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// Eight quantiles above zero and seven below, evenly spaced in probability; zero; over the
/// greatest.
std::vector<double> generate() {
  constexpr double kOffset = 0.9677083;
  std::vector<double> v = {0};
  for (int i = 0; i < 8; ++i) v.push_back(quantile(kOffset + (0.5 - kOffset) * i / 8));
  for (int i = 0; i < 7; ++i) v.push_back(-quantile(kOffset + (0.5 - kOffset) * i / 7));
  std::sort(v.begin(), v.end());
  const double most = v.back();
  for (double& x : v) x /= most;
  return v;
}

double define(std::uint32_t code) {
  constexpr std::array<double, 16> kPublished = {-1.0,
                                                 -0.6961928009986877,
                                                 -0.5250730514526367,
                                                 -0.39491748809814453,
                                                 -0.28444138169288635,
                                                 -0.18477343022823334,
                                                 -0.09105003625154495,
                                                 0.0,
                                                 0.07958029955625534,
                                                 0.16093020141124725,
                                                 0.24611230194568634,
                                                 0.33791524171829224,
                                                 0.44070982933044434,
                                                 0.5626170039176941,
                                                 0.7229568362236023,
                                                 1.0};
  return static_cast<float>(kPublished[code]);
}

TEST(Nf4, IsWhatTheQuantilesOfTheNormalDistributionGive) {
  const std::vector<double> v = generate();
  ASSERT_EQ(v.size(), 16U);
  for (std::uint32_t c = 0; c < 16; ++c) EXPECT_NEAR(v[c], define(c), 2e-7) << c;
}

TEST(Nf4, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("nf4", 4, [](std::uint32_t code) { return define(code); });
}

// The nearest entry, by comparison with all of them.
TEST(Nf4, FindsTheNearestEntry) {
  const DtypeInfo& info = format("nf4");
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
  EXPECT_EQ(dtype_by_name("nf4").bits_per_value(), 4);
}

}  // namespace
}  // namespace pare
