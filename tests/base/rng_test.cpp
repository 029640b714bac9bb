#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace pare {
namespace {

using Block = std::array<std::uint32_t, 4>;

TEST(Rng, IsPhilox4x32With10Rounds) {
  // Known answers published with Random123 (kat_vectors). Counter words: block, then stream.
  EXPECT_EQ(Rng(0, 0).block(0), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Rng(UINT64_MAX, UINT64_MAX).block(UINT64_MAX),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Rng(0x299f31d0a4093822, 0x0370734413198a2e).block(0x85a308d3243f6a88),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, NextWalksThroughTheBlocks) {
  Rng rng(7, 3);
  for (std::uint64_t counter = 0; counter < 3; ++counter) {
    for (const std::uint32_t word : Rng(7, 3).block(counter)) EXPECT_EQ(rng.next(), word);
  }
}

TEST(Rng, UniformHasTheRightMomentsAndStaysBelowOne) {
  Rng rng(1);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const float x = rng.uniform();
    ASSERT_GE(x, 0.0F);
    ASSERT_LT(x, 1.0F);
    sum += static_cast<double>(x);
    squares += static_cast<double>(x) * static_cast<double>(x);
  }
  // Standard errors: 0.00065 and 0.00067; five of them.
  EXPECT_NEAR(sum / kDraws, 0.5, 0.0035);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.0035);
}

TEST(Rng, NormalHasTheRightMoments) {
  Rng rng(2);
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const auto x = static_cast<double>(rng.normal());
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  // Standard errors: 0.0022, 0.0032, 0.022; five of them.
  EXPECT_NEAR(sum / kDraws, 0, 0.012);
  EXPECT_NEAR(squares / kDraws, 1, 0.016);
  EXPECT_NEAR(fourths / kDraws, 3, 0.11);
}

TEST(Rng, BelowIsEvenAndInRange) {
  Rng rng(3);
  std::vector<int> counts(7, 0);
  for (int i = 0; i < 70'000; ++i) ++counts.at(rng.below(7));
  for (const int n : counts) EXPECT_NEAR(n, 10'000, 470);  // five standard deviations of 93
  EXPECT_EQ(rng.below(1), 0U);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(rng.below(UINT64_MAX), UINT64_MAX);
}

TEST(Rng, PartsAndSeedsGiveDifferentNumbers) {
  const Rng root(4);
  std::vector<std::uint32_t> firsts;
  for (std::uint64_t i = 0; i < 100; ++i) {
    Rng part = root.split(i);
    firsts.push_back(part.next());
    Rng deeper = root.split(i).split(0);
    firsts.push_back(deeper.next());
    Rng seeded(1000 + i);
    firsts.push_back(seeded.next());
  }
  std::sort(firsts.begin(), firsts.end());
  // 300 draws out of 2^32 collide with probability 1e-5.
  EXPECT_EQ(std::unique(firsts.begin(), firsts.end()), firsts.end());
  Rng a = root.split(5);
  Rng b = Rng(4).split(5);
  EXPECT_EQ(a.next(), b.next());
}

}  // namespace
}  // namespace pare
