#include "compress/weights/scaling.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "compress/weights/toy_layer.hpp"

namespace pare {
namespace {

TEST(SmoothScales, AreTheFormula) {
  const WeightMatrix w{2, 4, {0.5F, -2, 0, 4, -1, 1, 0, 0.25F}};
  const std::vector<float> amax = {8, 0.5F, 3, 0};
  for (const double alpha : {0.0, 0.25, 0.5, 1.0}) {
    const auto s = smooth_scales(w, amax, alpha);
    EXPECT_NEAR(s[0], std::pow(8, alpha) / std::pow(1, 1 - alpha), 1e-6);
    EXPECT_NEAR(s[1], std::pow(0.5, alpha) / std::pow(2, 1 - alpha), 1e-6);
    EXPECT_EQ(s[2], 1);  // no weights
    EXPECT_EQ(s[3], 1);  // no input
  }
}

// All twenty powers tried one by one, their errors measured on the samples.
TEST(AwqScales, TakesTheBestPowerOfTheMean) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const toy::Layer layer(seed);
    const WeightGrid grid = toy::asymmetric(3);
    const AwqScales got = awq_scales(layer.w, layer.h, layer.mean_abs, grid);
    double least = HUGE_VAL;
    double plain = 0;
    double alpha = 0;
    for (int k = 0; k < 20; ++k) {
      double low = HUGE_VAL;
      double high = 0;
      for (const float m : layer.mean_abs) {
        low = std::min(low, std::pow(double{m}, k / 20.0));
        high = std::max(high, std::pow(double{m}, k / 20.0));
      }
      WeightMatrix q = layer.w;
      for (std::int64_t r = 0; r < q.rows; ++r) {
        std::vector<float> row;
        std::vector<double> f;
        for (std::int64_t c = 0; c < q.columns; ++c) {
          f.push_back(std::pow(double{layer.mean_abs[c]}, k / 20.0) / std::sqrt(low * high));
          row.push_back(static_cast<float>(q.row(r)[c] * f.back()));
        }
        const float lo = std::min(0.0F, *std::min_element(row.begin(), row.end()));
        const float hi = std::max(0.0F, *std::max_element(row.begin(), row.end()));
        const double scale = double{hi - lo} / 7;
        const double zero = std::nearbyint(-lo / scale);
        for (std::int64_t c = 0; c < q.columns; ++c) {
          const double code = std::min(7.0, std::max(0.0, std::nearbyint(row[c] / scale + zero)));
          q.row(r)[c] = static_cast<float>((code - zero) * scale / f[c]);
        }
      }
      const double error = layer.error(q);
      if (k == 0) plain = error;
      if (error < least) {
        least = error;
        alpha = k / 20.0;
      }
    }
    EXPECT_NEAR(got.unscaled, plain, 1e-3 * plain) << seed;
    EXPECT_NEAR(got.error, least, 1e-3 * least) << seed;
    EXPECT_NEAR(got.alpha, alpha, 1e-9) << seed;
    EXPECT_GT(got.alpha, 0) << seed;
  }
}

}  // namespace
}  // namespace pare
