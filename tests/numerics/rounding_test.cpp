#include "numerics/rounding.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cfenv>
#include <cmath>
#include <limits>
#include <vector>

namespace pare {
namespace {

TEST(Rounding, HalvesGoToEven) {
  const std::vector<std::pair<float, float>> cases = {
      {0.5F, 0},   {1.5F, 2},   {2.5F, 2},       {3.5F, 4},       {-0.5F, 0},
      {-1.5F, -2}, {-2.5F, -2}, {0.4999999F, 0}, {0.5000001F, 1}, {8388607.5F, 8388608}};
  for (const auto& [x, want] : cases) {
    EXPECT_EQ(round_nearest_even(x), want) << x;
    EXPECT_EQ(round_nearest_even(static_cast<double>(x)), static_cast<double>(want)) << x;
  }
  EXPECT_TRUE(std::signbit(round_nearest_even(-0.25F)));
}

TEST(Rounding, AgreesWithTheProcessorOnRandomPatterns) {
  Rng rng(3);
  for (int i = 0; i < 100000; ++i) {
    const auto x = std::bit_cast<float>(rng.next());
    if (std::isnan(x)) continue;
    ASSERT_EQ(round_nearest_even(x), std::nearbyint(x)) << x;
  }
}

TEST(Rounding, DoesNotDependOnTheRoundingMode) {
  std::fesetround(FE_UPWARD);
  volatile float x = 2.25F;
  const float rounded = round_nearest_even(x);
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(rounded, 2.0F);
}

TEST(Rounding, SpecialsStay) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Rng rng(1);
  EXPECT_EQ(round_nearest_even(kInfinity), kInfinity);
  EXPECT_EQ(round_stochastic(-kInfinity, rng), -kInfinity);
  EXPECT_TRUE(std::isnan(round_nearest_even(std::nanf(""))));
  EXPECT_TRUE(std::isnan(round_stochastic(std::nanf(""), rng)));
}

TEST(StochasticRounding, IsRightOnAverage) {
  Rng rng(17);
  for (const float x : {0.1F, 2.5F, -3.75F, 100.9F}) {
    double sum = 0;
    constexpr int kDraws = 100000;
    for (int i = 0; i < kDraws; ++i) {
      const float y = round_stochastic(x, rng);
      ASSERT_TRUE(y == std::floor(x) || y == std::floor(x) + 1);
      sum += static_cast<double>(y);
    }
    // Standard error of a mean of 1e5 zero-one draws is at most 0.0016; five of them.
    EXPECT_NEAR(sum / kDraws, static_cast<double>(x), 0.008) << x;
  }
}

TEST(StochasticRounding, IntegersStayAndTheSeedDecides) {
  Rng a(4);
  Rng b(4);
  Rng c(5);
  int different = 0;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(round_stochastic(static_cast<float>(i), a), static_cast<float>(i));
    static_cast<void>(b.next());
  }
  for (int i = 0; i < 1000; ++i) {
    const float x = round_stochastic(0.5F, a);
    EXPECT_EQ(x, round_stochastic(0.5F, b));
    different += x != round_stochastic(0.5F, c) ? 1 : 0;
  }
  EXPECT_GT(different, 400);
}

TEST(Rounding, StepsRoundToTheirMultiples) {
  std::vector<float> x = {0.1F, 0.125F, 0.375F, -0.3F};
  round_to_step(x, 0.25F);
  EXPECT_EQ(x, (std::vector<float>{0, 0, 0.5F, -0.25F}));
  Rng rng(2);
  std::vector<float> y(1000, 0.3F);
  round_to_step_stochastic(y, 0.25F, rng);
  for (const float v : y) EXPECT_TRUE(v == 0.25F || v == 0.5F);
}

TEST(Rounding, SaturatesAndMakesNanZero) {
  EXPECT_EQ(round_saturate(126.5, -128, 127), 126);
  EXPECT_EQ(round_saturate(127.5, -128, 127), 127);
  EXPECT_EQ(round_saturate(-1e300, -128, 127), -128);
  EXPECT_EQ(round_saturate(HUGE_VAL, INT64_MIN, INT64_MAX), INT64_MAX);
  EXPECT_EQ(round_saturate(std::nan(""), -128, 127), 0);
}

}  // namespace
}  // namespace pare
