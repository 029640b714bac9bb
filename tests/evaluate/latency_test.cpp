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

/// `groups` processes: each has its own offset, and its runs jitter a little around it.
RunGroups noisy(std::uint64_t seed, double centre, double between, double within) {
  Rng rng(seed);
  RunGroups all;
  for (int g = 0; g < 5; ++g) {
    const double own = centre + between * rng.uniform();
    std::vector<double> runs(100);
    for (double& ms : runs) ms = own + within * rng.uniform();
    all.push_back(runs);
  }
  return all;
}

TEST(Speedup, OfConstantTimesIsExact) {
  const Speedup s = compare_latency({{10, 10}, {10}}, {{4}, {4, 4, 4}});
  EXPECT_DOUBLE_EQ(s.ratio, 2.5);
  EXPECT_DOUBLE_EQ(s.low, 2.5);
  EXPECT_DOUBLE_EQ(s.high, 2.5);
  EXPECT_TRUE(s.is_faster());
}

TEST(Speedup, SpreadBetweenProcessesIsNotTakenForADifference) {
  // Runs of one process agree to 0.1 %, processes differ by up to 3 %: bootstrapping over runs
  // would find a difference nearly always.
  int verdicts = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Speedup s =
        compare_latency(noisy(2 * seed, 10, 0.3, 0.01), noisy(2 * seed + 1, 10, 0.3, 0.01));
    EXPECT_LE(s.low, s.ratio);
    EXPECT_GE(s.high, s.ratio);
    if (s.is_faster() || s.is_slower()) ++verdicts;
  }
  EXPECT_LE(verdicts, 6);
}

TEST(Speedup, WhatSlowsBothDownCancels) {
  // Another program took half of the machine in two of five rounds.
  const RunGroups a = {{10}, {10.1}, {20}, {21}, {10}};
  const RunGroups b = {{8}, {8.1}, {16}, {16.7}, {8}};
  const Speedup s = compare_latency(a, b);
  EXPECT_DOUBLE_EQ(s.ratio, 1.25);
  EXPECT_GT(s.low, 1.24);
  EXPECT_LT(s.high, 1.26);
}

TEST(Speedup, UnequalNumbersOfGroupsAreComparedByTheirMedians) {
  EXPECT_DOUBLE_EQ(compare_latency({{10}, {12}, {11}}, {{5}, {6}}).ratio, 2.0);
}

TEST(Speedup, TenPercentStandsOutOfNoiseAndRepeats) {
  const RunGroups a = noisy(1, 10, 0.3, 0.1);
  const RunGroups b = noisy(2, 11.5, 0.3, 0.1);
  EXPECT_TRUE(compare_latency(a, b).is_slower());
  EXPECT_TRUE(compare_latency(b, a).is_faster());
  EXPECT_EQ(compare_latency(a, b, 3).low, compare_latency(a, b, 3).low);
}

TEST(Speedup, WithoutRunsThereIsNoVerdict) {
  for (const Speedup& s : {compare_latency({}, {{1}}), compare_latency({{}}, {{1}})}) {
    EXPECT_FALSE(s.is_faster());
    EXPECT_FALSE(s.is_slower());
    EXPECT_EQ(s.ratio, 0);
  }
}

}  // namespace
}  // namespace pare
