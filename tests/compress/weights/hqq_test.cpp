#include "compress/weights/hqq.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "compress/weights/toy_layer.hpp"

namespace pare {
namespace {

std::vector<float> normal(int n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> w;
  for (int i = 0; i < n; ++i) w.push_back(rng.normal());
  return w;
}

/// The published iteration, in its own terms: codes round(w s + z) with s levels per unit.
double published_zero(const std::vector<float>& w, int bits, double s) {
  const double low = std::min(0.0F, *std::min_element(w.begin(), w.end()));
  const double most = std::pow(2.0, bits) - 1;
  double z = std::round(-low * s);
  double beta = 10;
  double best_error = HUGE_VAL;
  double best_zero = z;
  for (int i = 0; i < 20; ++i) {
    double error = 0;
    double mean = 0;
    for (const double x : w) {
      const double q = std::min(most, std::max(0.0, std::nearbyint(x * s + z)));
      const double e = x - (q - z) / s;
      const double kept = std::max(0.0, std::abs(e) - std::pow(std::abs(e), 0.7 - 1) / beta);
      error += std::abs(e) / static_cast<double>(w.size());
      mean += (q - (x - std::copysign(kept, e)) * s) / static_cast<double>(w.size());
    }
    if (error >= best_error) break;
    best_error = error;
    best_zero = z;
    z = mean;
    beta *= 1.01;
  }
  return best_zero;
}

TEST(Hqq, IsThePublishedIteration) {
  int moved = 0;
  int same = 0;
  for (const int bits : {2, 3, 4}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const std::vector<float> w = normal(64, seed);
      const CodedWeights got = hqq({1, 64, w}, toy::asymmetric(bits));
      const float range = std::max(0.0F, *std::max_element(w.begin(), w.end())) -
                          std::min(0.0F, *std::min_element(w.begin(), w.end()));
      const float scale = got.scales[0].scale;
      EXPECT_FLOAT_EQ(scale, range / static_cast<float>((1 << bits) - 1));
      // With the scale as stored: a weight on a boundary may else fall on its other side.
      const double zero = published_zero(w, bits, 1 / double{scale});
      same += std::abs(got.scales[0].zero - zero) < 1e-3 ? 1 : 0;
      // Where as many weights lie above their levels as below, |w - q| is flat along the zero
      // point, and rounding errors decide on another iteration.
      const auto distance = [&](double z) {
        double sum = 0;
        for (const double x : w) {
          const double q =
              std::min((1 << bits) - 1.0, std::max(0.0, std::nearbyint(x / double{scale} + z)));
          sum += std::abs(x - (q - z) * double{scale});
        }
        return sum;
      };
      EXPECT_NEAR(distance(got.scales[0].zero) / distance(zero), 1, 1e-5) << bits << " " << seed;
      moved += std::abs(zero - std::round(zero)) > 0.01 ? 1 : 0;
    }
  }
  EXPECT_GT(moved, 15);
  EXPECT_GE(same, 27);
}

TEST(Hqq, ConstantGroupsStayFinite) {
  for (const float v : {0.0F, 2.5F, -1e-30F}) {
    const CodedWeights got = hqq({1, 16, std::vector<float>(16, v)}, toy::asymmetric(4));
    for (std::int64_t c = 0; c < 16; ++c) EXPECT_NEAR(got.value(0, c), v, 1e-5);
  }
}

TEST(Hqq, RefusesCodeBooks) {
  EXPECT_THROW(hqq({1, 4, {1, 2, 3, 4}}, grid_of(dtype_by_name("nf4"))), Error);
}

}  // namespace
}  // namespace pare
