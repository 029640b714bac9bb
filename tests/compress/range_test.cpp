#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.hpp"
#include "compress/affine.hpp"
#include "compress/calibrate.hpp"

namespace pare {
namespace {

/// Mean squared error of quantizing `v` to `levels` steps over the range, clipped: the definition.
double error_of(const std::vector<float>& v, Range r, int levels) {
  const double step = (static_cast<double>(r.hi) - r.lo) / (levels - 1);
  double sum = 0;
  for (const float x : v) {
    const double clipped = std::fmin(std::fmax(x, r.lo), r.hi);
    const double q = std::nearbyint((clipped - r.lo) / step) * step + r.lo;
    sum += (q - x) * (q - x);
  }
  return sum / static_cast<double>(v.size());
}

std::vector<float> with_outlier() {
  Rng rng(4);
  std::vector<float> v(20000);
  for (float& x : v) x = rng.normal();
  v[0] = 60;
  return v;
}

ActivationStats stats_of(const std::vector<float>& v) {
  ActivationStats stats;
  stats.histogram.add(v);
  return stats;
}

TEST(Range, MinmaxIsEverythingAndContainsZero) {
  const Range r = choose_range(stats_of({2, 3, 5}), RangeMethod::minmax, 256, 0);
  EXPECT_EQ(r.lo, 0);
  EXPECT_EQ(r.hi, 5);
}

TEST(Range, PercentileLeavesTheOutlierOut) {
  const Range r = choose_range(stats_of(with_outlier()), RangeMethod::percentile, 256, 99.9);
  EXPECT_LT(r.hi, 5);
  EXPECT_GT(r.hi, 2.5);  // the 99.95 % point of a normal is 3.29
  EXPECT_LT(r.lo, -2.5);
}

TEST(Range, MseIsNoWorseThanMinmaxOnTheValues) {
  const std::vector<float> v = with_outlier();
  const ActivationStats h = stats_of(v);
  for (const int levels : {16, 256}) {
    const double full = error_of(v, choose_range(h, RangeMethod::minmax, levels, 0), levels);
    const double mse = error_of(v, choose_range(h, RangeMethod::mse, levels, 0), levels);
    EXPECT_LT(mse, full) << levels;
  }
}

TEST(Range, MseOfFewLevelsClipsMore) {
  const ActivationStats h = stats_of(with_outlier());
  const Range coarse = choose_range(h, RangeMethod::mse, 16, 0);
  const Range fine = choose_range(h, RangeMethod::mse, 256, 0);
  EXPECT_LT(coarse.hi, fine.hi);
}

TEST(Range, EntropyClipsTheOutlier) {
  const Range r = choose_range(stats_of(with_outlier()), RangeMethod::entropy, 256, 0);
  EXPECT_LT(r.hi, 30);
  EXPECT_GT(r.hi, 2);
}

// The greater the power, the more a clipped outlier costs.
TEST(Range, NormClipsLessThanMse) {
  const ActivationStats h = stats_of(with_outlier());
  const Range norm = choose_range(h, RangeMethod::norm, 16, 0);
  EXPECT_GT(norm.hi, choose_range(h, RangeMethod::mse, 16, 0).hi);
  EXPECT_LT(norm.hi, 60);
}

TEST(Range, MovingAverageIsWhatTheStatisticsHold) {
  ActivationStats stats = stats_of({-3, 5});
  stats.moving = {1, 2};
  const Range r = choose_range(stats, RangeMethod::moving_average, 256, 0);
  EXPECT_EQ(r.lo, 0);
  EXPECT_EQ(r.hi, 2);
}

TEST(Range, UnknownNameIsAConfigFaultThatListsTheNames) {
  try {
    (void)parse_range_method("best");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::config);
    EXPECT_NE(e.message().find("percentile"), std::string::npos);
  }
}

TEST(Affine, AsymmetricCoversTheRangeWithAllCodes) {
  const AffineParams p = affine_params({-1.0F, 3.0F}, false);
  EXPECT_EQ(p.type, ElementKind::u8);
  EXPECT_NEAR(p.scale, 4.0 / 255, 1e-7);
  EXPECT_EQ(p.zero_point, 64);  // 1 / scale = 63.75
  EXPECT_NEAR(p.real_min(), -1, p.scale);
  EXPECT_NEAR(p.real_max(), 3, p.scale);
}

TEST(Affine, SymmetricHasZeroPointZero) {
  const AffineParams p = affine_params({-2.0F, 1.0F}, true);
  EXPECT_EQ(p.type, ElementKind::i8);
  EXPECT_EQ(p.zero_point, 0);
  EXPECT_NEAR(p.scale, 2.0 / 127, 1e-7);
}

TEST(Affine, WeightsPerChannelAreWithinHalfAStep) {
  Rng rng(5);
  Tensor w(ElementKind::f32, {3, 4});
  const auto data = w.mutable_data<float>();
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = rng.normal() * (i < 4 ? 0.01F : i < 8 ? 1.0F : 100.0F);
  }
  const QuantizedWeights q = quantize_weights(w, {});
  ASSERT_EQ(q.scales.size(), 3U);
  const auto codes = q.codes.data<std::int8_t>();
  for (std::size_t i = 0; i < data.size(); ++i) {
    const double decoded = static_cast<double>(codes[i]) * q.scales[i / 4];
    EXPECT_LE(std::fabs(decoded - data[i]), 0.5001 * q.scales[i / 4]) << i;
  }
  EXPECT_GT(q.sqnr_db, 35);
}

TEST(Affine, WeightsThatAreNotFiniteAreRefused) {
  const Tensor w = Tensor::of<float>({1, 2}, {1, INFINITY});
  EXPECT_THROW((void)quantize_weights(w, {}), Error);
}

}  // namespace
}  // namespace pare
