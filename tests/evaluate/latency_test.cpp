#include "evaluate/latency.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/rng.hpp"

namespace pare {
namespace {

TEST(Quantile, InterpolatesBetweenNeighbours) {
  const std::vector<double> v = {1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(quantile(v, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(v, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(v, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(v, 0.9), 3.7);
  EXPECT_DOUBLE_EQ(quantile(v, 1), 4);
  EXPECT_DOUBLE_EQ(quantile({}, 0.5), 0);
}

TEST(Latency, SummaryOfAKnownList) {
  const Latency l = summarise(std::vector<double>{5, 1, 3, 2, 4});
  EXPECT_EQ(l.runs, 5);
  EXPECT_DOUBLE_EQ(l.median_ms, 3);
  EXPECT_DOUBLE_EQ(l.mean_ms, 3);
  EXPECT_DOUBLE_EQ(l.min_ms, 1);
  EXPECT_DOUBLE_EQ(l.p90_ms, 4.6);
  EXPECT_DOUBLE_EQ(l.iqr_ms, 2);
  EXPECT_DOUBLE_EQ(l.spread(), 2.0 / 3);
  EXPECT_EQ(summarise({}).runs, 0);
}

TEST(Speedup, OfConstantTimesIsExact) {
  const Speedup s = compare_latency(std::vector<double>(20, 10.0), std::vector<double>(20, 4.0));
  EXPECT_DOUBLE_EQ(s.ratio, 2.5);
  EXPECT_DOUBLE_EQ(s.low, 2.5);
  EXPECT_DOUBLE_EQ(s.high, 2.5);
  EXPECT_TRUE(s.is_faster());
}

TEST(Speedup, NoiseAloneIsNeitherFasterNorSlower) {
  Rng rng(7);
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 50; ++i) {
    a.push_back(10 + rng.uniform());
    b.push_back(10 + rng.uniform());
  }
  const Speedup s = compare_latency(a, b);
  EXPECT_FALSE(s.is_faster());
  EXPECT_FALSE(s.is_slower());
  EXPECT_LT(s.low, s.ratio);
  EXPECT_GT(s.high, s.ratio);
}

TEST(Speedup, TenPercentStandsOutOfNoiseAndRepeats) {
  Rng rng(8);
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 50; ++i) {
    a.push_back(10 + rng.uniform());
    b.push_back(11.5 + rng.uniform());
  }
  EXPECT_TRUE(compare_latency(a, b).is_slower());
  EXPECT_TRUE(compare_latency(b, a).is_faster());
  EXPECT_EQ(compare_latency(a, b, 3).low, compare_latency(a, b, 3).low);
}

TEST(Speedup, WithoutRunsThereIsNoVerdict) {
  const Speedup s = compare_latency({}, std::vector<double>{1});
  EXPECT_FALSE(s.is_faster());
  EXPECT_EQ(s.ratio, 0);
}

}  // namespace
}  // namespace pare
