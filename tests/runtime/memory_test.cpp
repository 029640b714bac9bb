#include "runtime/memory.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"

namespace pare {
namespace {

TEST(Memory, ReusesWhatIsNoLongerAlive) {
  std::vector<Interval> v = {{100, 0, 1}, {100, 1, 2}, {100, 2, 3}, {100, 3, 4}};
  EXPECT_EQ(plan_memory(v), 256U);  // two pieces of 128 take turns
  EXPECT_TRUE(memory_is_disjoint(v));
}

TEST(Memory, FillsGapsBetweenLivingPieces) {
  std::vector<Interval> v = {{640, 0, 9}, {320, 0, 3}, {64, 4, 9}, {256, 4, 9}};
  EXPECT_EQ(plan_memory(v), 960U);
  EXPECT_TRUE(memory_is_disjoint(v));
}

TEST(Memory, RandomLifetimesNeverOverlap) {
  Rng rng(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<Interval> v;
    std::size_t all = 0;
    for (int i = 0; i < 40; ++i) {
      const auto first = static_cast<int>(rng.below(30));
      const auto bytes = static_cast<std::size_t>(1 + rng.below(5000));
      v.push_back({bytes, first, first + static_cast<int>(rng.below(6))});
      all += (bytes + 63) / 64 * 64;
    }
    const std::size_t total = plan_memory(v);
    EXPECT_TRUE(memory_is_disjoint(v));
    EXPECT_LE(total, all);
    for (const Interval& i : v) {
      EXPECT_EQ(i.offset % kArenaAlignment, 0U);
      EXPECT_LE(i.offset + i.bytes, total);
    }
  }
}

TEST(Memory, OverlapIsNoticed) {
  EXPECT_FALSE(memory_is_disjoint({{64, 0, 2, 0}, {64, 2, 3, 32}}));
  EXPECT_TRUE(memory_is_disjoint({{64, 0, 2, 0}, {64, 3, 3, 32}}));
}

}  // namespace
}  // namespace pare
