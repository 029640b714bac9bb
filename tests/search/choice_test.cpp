#include <gtest/gtest.h>

#include "search/pareto.hpp"
#include "search/tune.hpp"

namespace pare {
namespace {

Trial trial(const std::string& name, Rung rung, double accuracy, std::uint64_t bytes,
            double speed) {
  Trial t;
  t.candidate.name = name;
  t.candidate.rung = rung;
  t.status = Trial::Status::measured;
  t.complete = true;
  t.accuracy.value = accuracy;
  t.baseline_accuracy = 0.95;
  t.bytes = bytes;
  t.latency.median_ms = 10 / speed;
  t.speedup = {speed, speed * 0.98, speed * 1.02};
  return t;
}

std::vector<Trial> ladder() {
  return {trial("original", Rung::original, 0.95, 1000, 1),
          trial("graph", Rung::graph, 0.95, 990, 1.1),
          trial("half", Rung::half_storage, 0.95, 500, 1.1),
          trial("weights", Rung::weight_only_int8, 0.949, 260, 1.1),
          trial("mixed", Rung::mixed_int8, 0.947, 300, 1.8),
          trial("int8", Rung::int8, 0.93, 260, 2.2)};
}

std::string name_of(const std::vector<Trial>& trials, std::optional<std::size_t> i) {
  return i ? trials[*i].candidate.name : "none";
}

TEST(Choice, TheMildestThatMeetsAllLimitsWins) {
  const auto trials = ladder();
  Limits l;
  l.max_size_share = 0.6;
  EXPECT_EQ(name_of(trials, choose(trials, l, false)), "half");
  l.max_size_share = 0.3;
  EXPECT_EQ(name_of(trials, choose(trials, l, false)), "weights");
  l.max_latency_ms = 6;
  EXPECT_EQ(name_of(trials, choose(trials, l, false)), "mixed");
  l.max_latency_ms = 5;
  EXPECT_EQ(name_of(trials, choose(trials, l, false)), "int8");
  l.max_drop = 0.01;
  EXPECT_EQ(name_of(trials, choose(trials, l, false)), "none");
}

TEST(Choice, TheOriginalItselfIsNoResult) {
  Limits l;
  l.min_accuracy = 0.9;
  EXPECT_EQ(name_of(ladder(), choose(ladder(), l, false)), "graph");
}

TEST(Choice, ASlowerOneThanAMilderNeverWins) {
  auto trials = ladder();
  trials[3].speedup = {0.5, 0.48, 0.52};
  Limits l;
  l.max_size_share = 0.27;
  EXPECT_EQ(name_of(trials, choose(trials, l, false)), "int8");
  EXPECT_EQ(name_of(trials, choose(trials, l, true)), "weights");
}

TEST(Choice, NoiseIsNotSlower) {
  auto trials = ladder();
  trials[3].speedup = {1.05, 0.9, 1.2};
  EXPECT_FALSE(is_slower(trials[3], trials[2]));
}

TEST(Choice, WhatWasNotEvaluatedInFullDoesNotWin) {
  auto trials = ladder();
  trials[3].complete = false;
  Limits l;
  l.max_size_share = 0.27;
  EXPECT_EQ(name_of(trials, choose(trials, l, false)), "int8");
}

TEST(Choice, TheClosestMissesLeast) {
  const auto trials = ladder();
  Limits l;
  l.max_latency_ms = 1;
  EXPECT_EQ(name_of(trials, closest(trials, l)), "int8");
  l = {};
  l.max_size_bytes = 100;
  l.max_drop = 0.005;
  EXPECT_EQ(name_of(trials, closest(trials, l)), "weights");
}

TEST(Choice, FewSamplesSayHowFarFromTheOriginalNotMore) {
  auto trials = ladder();
  // The original has 100 % of these few, so 96 % of them is worse than 94.7 % of all.
  Trial& half = trials[2];
  half.complete = false;
  half.accuracy.value = 0.96;
  half.baseline_accuracy = 1;
  Limits l;
  l.min_accuracy = 0.99;
  l.max_size_bytes = 300;
  EXPECT_EQ(name_of(trials, closest(trials, l)), "weights");
  l.max_size_bytes = 500;
  EXPECT_EQ(name_of(trials, closest(trials, l)), "weights");
  half.baseline_accuracy = 0.96;  // as good as the original
  EXPECT_EQ(name_of(trials, closest(trials, l)), "half");
}

TEST(Choice, WithoutMeasuredTrialsThereIsNone) {
  auto trials = ladder();
  for (Trial& t : trials) t.status = Trial::Status::failed;
  EXPECT_FALSE(closest(trials, {}).has_value());
  EXPECT_FALSE(choose(trials, {}, true).has_value());
}

TEST(Pareto, MarksWhatNothingBeats) {
  auto trials = ladder();
  mark_pareto(trials);
  std::string front;
  for (const Trial& t : trials) front += t.pareto ? t.candidate.name + " " : "";
  // graph and original lose to half: as accurate, smaller, as fast.
  EXPECT_EQ(front, "half weights mixed int8 ");
}

}  // namespace
}  // namespace pare
