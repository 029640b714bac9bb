#include "evaluate/metrics.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "base/error.hpp"

namespace pare {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Wilson, MatchesPublishedIntervals) {
  // Values as in the usual tables for 95 %.
  EXPECT_NEAR(wilson(8, 10).low, 0.4901625, 1e-6);
  EXPECT_NEAR(wilson(8, 10).high, 0.9433178, 1e-6);
  EXPECT_NEAR(wilson(0, 10).low, 0.0, 1e-12);
  EXPECT_NEAR(wilson(0, 10).high, 0.2775328, 1e-6);
  EXPECT_NEAR(wilson(50, 100).low, 0.4038315, 1e-6);
  EXPECT_NEAR(wilson(50, 100).high, 0.5961685, 1e-6);
}

TEST(Wilson, KnowsNothingWithoutSamples) {
  EXPECT_EQ(wilson(0, 0).low, 0);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

TEST(Wilson, NarrowsWithSamples) {
  const auto width = [](std::int64_t n) { return wilson(n / 2, n).high - wilson(n / 2, n).low; };
  EXPECT_GT(width(10), width(100));
  EXPECT_GT(width(100), width(10000));
  EXPECT_LT(width(10000), 0.02);
}

TEST(PairedChange, FourLostOfAHundredMayBeChance) {
  // By hand: (0.5 - 4.5) / 102 -+ 1.959964 * sqrt(5 - 16 / 102) / 102.
  const PairedChange p = paired_change(0, 4, 100);
  EXPECT_DOUBLE_EQ(p.change, -0.04);
  EXPECT_NEAR(p.interval.low, -0.0815030, 1e-6);
  EXPECT_NEAR(p.interval.high, 0.0030717, 1e-6);
  EXPECT_LT(paired_change(0, 40, 1000).interval.high, 0);  // but forty of a thousand is not
}

TEST(PairedChange, EqualModelsStraddleZero) {
  const PairedChange p = paired_change(0, 0, 20);
  EXPECT_EQ(p.change, 0);
  EXPECT_LT(p.interval.low, 0);
  EXPECT_GT(p.interval.high, 0);
  EXPECT_EQ(paired_change(0, 0, 0).interval.low, -1);
}

TEST(TopClass, IsTheFirstOfTheGreatest) {
  EXPECT_EQ(top_class(std::vector<float>{1, 3, 2}), 1);
  EXPECT_EQ(top_class(std::vector<float>{3, 3, 2}), 0);
  EXPECT_EQ(top_class(std::vector<float>{kNan, -5, kNan}), 1);
  EXPECT_EQ(top_class(std::vector<float>{kNan, kNan}), -1);
  EXPECT_EQ(top_class({}), -1);
}

TEST(RankOf, CountsWhatStandsBefore) {
  const std::vector<float> s = {0.5F, 0.9F, 0.5F, kNan, 0.1F};
  EXPECT_EQ(rank_of(s, 1), 0);
  EXPECT_EQ(rank_of(s, 0), 1);
  EXPECT_EQ(rank_of(s, 2), 2);
  EXPECT_EQ(rank_of(s, 4), 3);
  EXPECT_EQ(rank_of(s, 3), 4);
}

TEST(ClassCounts, MacroF1OfAHandComputedTable) {
  ClassCounts c;
  const std::vector<std::int64_t> labels = {0, 0, 1, 1, 2};
  const std::vector<std::int64_t> answers = {0, 1, 1, 1, 0};
  for (std::size_t i = 0; i < labels.size(); ++i) c.add_answer(answers[i], labels[i]);
  EXPECT_DOUBLE_EQ(c.top1(), 0.6);
  // Class 0: TP 1, FP 1, FN 1 = 1/2. Class 1: TP 2, FP 1 = 4/5. Class 2: 0.
  EXPECT_DOUBLE_EQ(c.macro_f1(), (0.5 + 0.8 + 0.0) / 3);
}

TEST(ClassCounts, TopFiveLooksAtFiveBest) {
  ClassCounts c;
  const std::vector<float> s = {6, 5, 4, 3, 2, 1};
  for (std::int64_t label = 0; label < 6; ++label) c.add(s, label);
  EXPECT_EQ(c.samples(), 6);
  EXPECT_EQ(c.top1_hits(), 1);
  EXPECT_EQ(c.top5_hits(), 5);
}

TEST(ClassCounts, NoAnswerIsAMissButNotAClass) {
  ClassCounts c;
  c.add(std::vector<float>{kNan, kNan}, 0);
  c.add(std::vector<float>{1, 0}, 0);
  EXPECT_DOUBLE_EQ(c.top1(), 0.5);
  EXPECT_DOUBLE_EQ(c.macro_f1(), 2.0 * 1 / (2 + 1));
}

TEST(ClassCounts, RefusesLabelsBeyondTheScores) {
  ClassCounts c;
  EXPECT_THROW(c.add(std::vector<float>{1, 0}, 2), Error);
  EXPECT_THROW(c.add(std::vector<float>{1, 0}, -1), Error);
}

TEST(ClassCounts, EmptyGivesZero) {
  const ClassCounts c;
  EXPECT_EQ(c.top1(), 0);
  EXPECT_EQ(c.macro_f1(), 0);
}

}  // namespace
}  // namespace pare
