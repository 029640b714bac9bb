#include "numerics/step_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.hpp"

namespace pare {
namespace {

double affine_error(const std::vector<float>& x, const std::vector<float>& w, double step,
                    double minus, int greatest) {
  double error = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double least = HUGE_VAL;
    for (int q = 0; q <= greatest; ++q) least = std::min(least, std::abs(step * q - minus - x[i]));
    error += w[i] * least * least;
  }
  return error;
}

TEST(StepSearch, NearestWithinRoundsHalfToEvenAndClamps) {
  EXPECT_EQ(nearest_within(2.5F, -8, 8), 2);
  EXPECT_EQ(nearest_within(3.5F, -8, 8), 4);
  EXPECT_EQ(nearest_within(-2.5F, -8, 8), -2);
  EXPECT_EQ(nearest_within(-1e30F, -8, 8), -8);
  EXPECT_EQ(nearest_within(HUGE_VALF, -8, 8), 8);
}

TEST(StepSearch, AffineFindsWhatIsExact) {
  const std::vector<float> w(5, 1.0F);
  const AffineStep s = fit_affine(std::vector<float>{-0.5F, 0.25F, 1, 1.75F, 10.75F}, w, 15, {});
  EXPECT_FLOAT_EQ(s.step, 0.75F);
  EXPECT_FLOAT_EQ(s.minus, 0.5F);
  const AffineStep negative = fit_affine(std::vector<float>{-2, -2, -2}, w, 15, {});
  EXPECT_EQ(negative.step, 0.0F);
  EXPECT_EQ(negative.minus, 2.0F);
}

TEST(StepSearch, AffineIsNoWorseThanTheRangeAndNearTheBestOfAFineScan) {
  Rng rng(31);
  double found = 0;
  double scanned = 0;
  double plain = 0;
  for (int round = 0; round < 30; ++round) {
    std::vector<float> x(32);
    std::vector<float> w(32);
    for (float& v : x) v = rng.normal();
    for (float& v : w) v = rng.uniform() + 0.1F;
    const AffineStep s = fit_affine(x, w, 15, {});
    EXPECT_GE(s.minus, 0.0F);
    const double low = -*std::min_element(x.begin(), x.end());
    const double range = *std::max_element(x.begin(), x.end()) + low;
    double best = HUGE_VAL;
    for (int i = 70; i <= 110; ++i) {
      for (int j = 70; j <= 110; ++j) {
        best = std::min(best, affine_error(x, w, range / 15 * i / 100, low * j / 100, 15));
      }
    }
    found += affine_error(x, w, double{s.step}, double{s.minus}, 15);
    scanned += best;
    plain += affine_error(x, w, range / 15, low, 15);
  }
  EXPECT_LT(found, plain);
  EXPECT_LT(found, 1.2 * scanned);
}

TEST(StepSearch, SymmetricAndPositiveFindWhatIsExact) {
  const std::vector<float> w(4, 1.0F);
  EXPECT_FLOAT_EQ(fit_symmetric(std::vector<float>{3, -1.5F, 0, 1.5F}, w, 4), -0.75F);
  EXPECT_FLOAT_EQ(fit_positive(std::vector<float>{0.25F, 15.75F, 1, 2}, w, 63), 0.25F);
  EXPECT_EQ(fit_symmetric(std::vector<float>{0, 0, 0, 0}, w, 4), 0.0F);
  EXPECT_EQ(fit_positive(std::vector<float>{0, 0, 0, 0}, w, 4), 0.0F);
}

TEST(StepSearch, SymmetricBeatsThePlainStep) {
  Rng rng(32);
  double found = 0;
  double plain = 0;
  const auto error = [](const std::vector<float>& x, double step) {
    double sum = 0;
    for (const float v : x) {
      double least = HUGE_VAL;
      for (int q = -4; q < 4; ++q) least = std::min(least, std::abs(step * q - v));
      sum += v * v * least * least;
    }
    return sum;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<float> x(16);
    std::vector<float> w;
    for (float& v : x) v = rng.normal();
    float extreme = 0;
    for (const float v : x) extreme = std::abs(v) > std::abs(extreme) ? v : extreme;
    for (const float v : x) w.push_back(v * v);
    found += error(x, double{fit_symmetric(x, w, 4)});
    plain += error(x, double{extreme} / -4);
  }
  EXPECT_LT(found, 0.95 * plain);
}

}  // namespace
}  // namespace pare
