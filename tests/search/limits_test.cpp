#include "search/limits.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace pare {
namespace {

Limits all() {
  Limits l;
  l.min_accuracy = 0.9;
  l.max_drop = 0.01;
  l.max_latency_ms = 20;
  l.max_size_share = 0.3;
  l.max_memory_bytes = 1000;
  return l;
}

TEST(Limits, EachIsJudgedByItsOwnFigure) {
  const auto v = judge(all(), {0.92, 0.95, 25, 250, 1000, 900});
  ASSERT_EQ(v.size(), 5U);
  EXPECT_TRUE(v[0].met);
  EXPECT_FALSE(v[1].met);  // lost 0.03
  EXPECT_NEAR(v[1].missed_by, 0.02, 1e-12);
  EXPECT_FALSE(v[2].met);
  EXPECT_NEAR(v[2].missed_by, 5, 1e-12);
  EXPECT_TRUE(v[3].met);
  EXPECT_TRUE(v[4].met);
  EXPECT_FALSE(all_met(v));
}

TEST(Limits, MetExactlyIsMet) {
  Limits l;
  l.min_accuracy = 0.9;
  l.max_size_bytes = 250;
  EXPECT_TRUE(all_met(judge(l, {270.0 / 300.0, 1, 0, 250, 1000, 0})));
}

TEST(Limits, TheSmallerOfTwoSizeLimitsCounts) {
  Limits l;
  parse_max_size("500", l);
  parse_max_size("30%", l);
  const auto v = judge(l, {1, 1, 0, 400, 1000, 0});
  ASSERT_EQ(v.size(), 1U);
  EXPECT_EQ(v[0].wanted, 300);
  EXPECT_FALSE(v[0].met);
}

TEST(Limits, DistanceIsZeroWhenMetAndRelativeOtherwise) {
  Limits l;
  l.max_latency_ms = 10;
  l.max_size_bytes = 100;
  EXPECT_EQ(distance(judge(l, {1, 1, 10, 100, 1000, 0})), 0);
  EXPECT_NEAR(distance(judge(l, {1, 1, 15, 150, 1000, 0})), 1.0, 1e-12);
}

TEST(Limits, ExplainsByHowMuchALimitIsMissed) {
  Limits l;
  l.max_size_bytes = 1000000;
  EXPECT_EQ(explain(judge(l, {1, 1, 0, 1200000, 0, 0})[0]),
            "size 1.20 MB is above 1.00 MB by 200.00 kB");
  l = {};
  l.min_accuracy = 0.9;
  EXPECT_EQ(explain(judge(l, {0.5, 1, 0, 0, 0, 0})[0]), "accuracy 50 % is below 90 % by 40 %");
}

TEST(Limits, WrongTextIsAUsageFault) {
  Limits l;
  EXPECT_THROW(parse_max_size("big", l), Error);
  EXPECT_THROW(parse_max_size("130%", l), Error);
}

}  // namespace
}  // namespace pare
