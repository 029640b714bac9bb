#include "compress/weights/soft_rounding.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"

namespace pare {
namespace {

WeightMatrix random_matrix(std::int64_t rows, std::int64_t columns) {
  Rng rng(4);
  WeightMatrix w{rows, columns, {}};
  for (std::int64_t i = 0; i < rows * columns; ++i) w.values.push_back(rng.normal());
  return w;
}

TEST(SoftRounding, ShareAndPlaceAreInverses) {
  for (float share = 0.01F; share < 1; share += 0.01F) {
    EXPECT_NEAR(soft_share(soft_place(share)).h, share, 1e-5F);
  }
  EXPECT_EQ(soft_share(30).h, 1);
  EXPECT_EQ(soft_share(-30).h, 0);
}

TEST(SoftRounding, SlopesAreThoseOfCentralDifferences) {
  constexpr double kStep = 1e-3;
  const auto h = [](double v) { return std::clamp(1.2 / (1 + std::exp(-v)) - 0.1, 0.0, 1.0); };
  for (double v = -2; v < 2.1; v += 0.3) {
    const double slope = (h(v + kStep) - h(v - kStep)) / (2 * kStep);
    EXPECT_NEAR(soft_share(static_cast<float>(v)).slope, slope, 1e-4);
  }
  const auto term = [](double x) { return 1 - std::pow(std::fabs(2 * x - 1), 3.0); };
  for (double x = 0.05; x < 1; x += 0.1) {
    const double slope = (term(x + kStep) - term(x - kStep)) / (2 * kStep);
    EXPECT_NEAR(hardness_slope(static_cast<float>(x), 3), slope, 1e-4);
  }
}

TEST(SoftRounding, BeginsAtTheWeights) {
  const WeightMatrix w = random_matrix(4, 9);
  for (const char* format : {"int4", "nf4", "ternary"}) {
    const CodedWeights nearest = round_to_nearest(w, grid_of(dtype_by_name(format)));
    const SoftWeights soft(w, nearest);
    const WeightMatrix now = soft.soft();
    const auto& levels = nearest.grid.levels;
    for (std::int64_t r = 0; r < w.rows; ++r) {
      for (std::int64_t c = 0; c < w.columns; ++c) {
        const auto at = static_cast<std::size_t>(c);
        const float scale = nearest.scale_of(r, c).scale;
        const float want = std::clamp(w.row(r)[at], levels.front() * scale, levels.back() * scale);
        EXPECT_NEAR(now.row(r)[at], want, 2e-3F * scale) << format;
      }
    }
    EXPECT_EQ(soft.hard().decoded().values.size(), w.values.size());
  }
}

TEST(SoftRounding, HardIsTheNearerLevel) {
  const WeightMatrix w = random_matrix(3, 40);
  const CodedWeights nearest = round_to_nearest(w, grid_of(dtype_by_name("nf4")));
  EXPECT_EQ(SoftWeights(w, nearest).hard().codes, nearest.codes);
}

// A slope upwards everywhere brings every weight to the level below it; those beyond the last level
// stay there.
TEST(SoftRounding, DescendsAgainstTheSlope) {
  const WeightMatrix w = random_matrix(2, 20);
  const CodedWeights nearest = round_to_nearest(w, grid_of(dtype_by_name("int4")));
  SoftWeights soft(w, nearest);
  WeightMatrix slope = w;
  std::fill(slope.values.begin(), slope.values.end(), 1.0F);
  for (int i = 0; i < 2000; ++i) soft.descend(slope, {.iteration = i, .rate = 0.02});
  const WeightMatrix low = soft.hard().decoded();
  for (std::int64_t r = 0; r < w.rows; ++r) {
    for (std::int64_t c = 0; c < w.columns; ++c) {
      const auto at = static_cast<std::size_t>(c);
      const float scale = nearest.scale_of(r, c).scale;
      const float level = std::clamp(std::floor(w.row(r)[at] / scale), nearest.grid.levels.front(),
                                     nearest.grid.levels.back());
      EXPECT_FLOAT_EQ(low.row(r)[at], level * scale);
    }
  }
}

TEST(SoftRounding, TheTermComesAfterTheWarmUp) {
  EXPECT_EQ(soft_step(10, 100, 0.01, 0.01, 0.2).beta, 0);
  EXPECT_DOUBLE_EQ(soft_step(20, 100, 0.01, 0.01, 0.2).beta, 20);
  EXPECT_DOUBLE_EQ(soft_step(60, 100, 0.01, 0.01, 0.2).beta, 11);
}

}  // namespace
}  // namespace pare
