#include "numerics/stats.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace pare {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(ErrorStats, HandComputedExample) {
  // r = (3, 4, 0), v = (3, 5, 1): errors 0, 1, 1; r.r = 25, v.v = 35, r.v = 29.
  const ErrorStats s = compare(std::vector<float>{3, 4, 0}, std::vector<float>{3, 5, 1});
  EXPECT_EQ(s.count(), 3);
  EXPECT_DOUBLE_EQ(s.sqnr_db(), 10 * std::log10(12.5));
  EXPECT_DOUBLE_EQ(s.cosine(), 29 / std::sqrt(875.0));
  EXPECT_EQ(s.max_abs_error(), 1);
  EXPECT_DOUBLE_EQ(s.mean_abs_error(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(s.mean_squared_error(), 2.0 / 3);
  EXPECT_EQ(s.max_abs_reference(), 4);
  EXPECT_EQ(s.max_abs_value(), 5);
}

TEST(ErrorStats, EqualValuesHaveInfiniteSqnrAndCosineOne) {
  const std::vector<float> x = {1, -2, 3};
  EXPECT_EQ(compare(x, x).sqnr_db(), HUGE_VAL);
  EXPECT_EQ(compare(x, x).cosine(), 1);
}

TEST(ErrorStats, ZerosAreDefined) {
  const std::vector<float> zero = {0, 0};
  const std::vector<float> one = {0, 1};
  EXPECT_EQ(compare(zero, zero).cosine(), 1);
  EXPECT_EQ(compare(zero, zero).sqnr_db(), HUGE_VAL);
  EXPECT_EQ(compare(zero, one).cosine(), 0);
  EXPECT_EQ(compare(zero, one).sqnr_db(), -HUGE_VAL);
  EXPECT_EQ(compare(one, zero).sqnr_db(), 0);
}

TEST(ErrorStats, UniformRoundingNoiseHasTheTheoreticalSqnr) {
  // Uniform signal on [-1, 1), step 2^-8: signal 1/3, noise step^2 / 12, so 4 * 2^16 in power.
  Rng rng(5);
  ErrorStats stats;
  for (int block = 0; block < 100; ++block) {
    std::vector<float> x(1000);
    std::vector<float> y(1000);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = 2 * rng.uniform() - 1;
      y[i] = std::nearbyint(x[i] * 256) / 256;
    }
    stats.add(x, y);
  }
  EXPECT_EQ(stats.count(), 100000);
  // The noise power of 1e5 samples scatters by 0.3 %, the signal power by 0.3 %: 0.02 dB each.
  EXPECT_NEAR(stats.sqnr_db(), 10 * std::log10(4.0 * 65536), 0.1);
}

TEST(ErrorStats, PiecesAndMergesGiveTheSameAsOneCall) {
  Rng rng(9);
  std::vector<float> x(999);
  std::vector<float> y(999);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = rng.normal();
    y[i] = x[i] + 0.01F * rng.normal();
  }
  const ErrorStats whole = compare(x, y);
  ErrorStats merged;
  const std::span<const float> xs(x);
  const std::span<const float> ys(y);
  for (std::size_t at = 0; at < x.size(); at += 333) {
    merged.merge(compare(xs.subspan(at, 333), ys.subspan(at, 333)));
  }
  EXPECT_EQ(merged.count(), whole.count());
  EXPECT_NEAR(merged.sqnr_db(), whole.sqnr_db(), 1e-10);  // sums in another order
  EXPECT_NEAR(merged.cosine(), whole.cosine(), 1e-14);
  EXPECT_EQ(merged.max_abs_error(), whole.max_abs_error());
}

TEST(ErrorStats, NonFiniteDifferencesAreCountedNotHidden) {
  const ErrorStats same =
      compare(std::vector<float>{kInfinity, kNan, 1}, std::vector<float>{kInfinity, kNan, 1});
  EXPECT_EQ(same.nonfinite(), 0);
  EXPECT_EQ(same.sqnr_db(), HUGE_VAL);
  const ErrorStats broken = compare(std::vector<float>{1, -kInfinity, 2, 3},
                                    std::vector<float>{kNan, kInfinity, kInfinity, 3});
  EXPECT_EQ(broken.nonfinite(), 3);
  EXPECT_TRUE(std::isnan(broken.sqnr_db()));
  EXPECT_TRUE(std::isnan(broken.cosine()));
}

TEST(ErrorStats, NothingAddedIsUndefined) {
  EXPECT_TRUE(std::isnan(ErrorStats().sqnr_db()));
  EXPECT_TRUE(std::isnan(ErrorStats().mean_squared_error()));
}

TEST(ErrorStats, LongSumsKeepTheirPrecision) {
  // A float accumulator would stop growing at 2^24.
  ErrorStats stats;
  const std::vector<float> r(1 << 20, 1.0F);
  const std::vector<float> v(1 << 20, 1.5F);
  for (int i = 0; i < 32; ++i) stats.add(r, v);
  EXPECT_EQ(stats.mean_squared_error(), 0.25);
}

TEST(ErrorStats, RefusesDifferentLengths) {
  ErrorStats stats;
  EXPECT_THROW(stats.add(std::vector<float>{1}, std::vector<float>{1, 2}), Error);
}

}  // namespace
}  // namespace pare
