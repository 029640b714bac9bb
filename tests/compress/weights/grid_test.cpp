#include "compress/weights/grid.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace pare {
namespace {

WeightGrid grid(const char* name) { return grid_of(dtype_by_name(name)); }

WeightMatrix matrix(std::int64_t rows, std::vector<float> values) {
  const auto columns = static_cast<std::int64_t>(values.size()) / rows;
  return {rows, columns, std::move(values)};
}

TEST(Grid, HoldsTheValuesOfAFormatInOrder) {
  EXPECT_EQ(grid("int2").levels, (std::vector<float>{-2, -1, 0, 1}));
  EXPECT_EQ(grid("ternary").levels, (std::vector<float>{-1, 0, 1}));
  EXPECT_EQ(grid("binary").levels, (std::vector<float>{-1, 1}));
  EXPECT_EQ(grid("levels23").levels.size(), 23U);
  EXPECT_EQ(grid("f4e2m1").levels.size(), 15U);     // two zeros
  EXPECT_EQ(grid("f8e4m3fn").levels.size(), 253U);  // and two NaN
  EXPECT_EQ(grid("nf4").levels.front(), -1);
  for (const char* wide : {"int16", "float32", "f8e8m0"}) {
    if (std::string(wide) == "f8e8m0") continue;
    EXPECT_THROW(grid(wide), Error) << wide;
  }
}

TEST(Grid, NearestIsTheNearest) {
  Rng rng(4);
  for (const char* name : {"int3", "nf4", "f4e2m1", "f8e5m2", "levels9", "binary"}) {
    const WeightGrid g = grid(name);
    for (int i = 0; i < 2000; ++i) {
      const float x = 4 * (2 * rng.uniform() - 1);
      double best = HUGE_VAL;
      for (const float l : g.levels) best = std::min(best, std::abs(double{l} - x));
      ASSERT_EQ(std::abs(double{g.levels[g.nearest(x)]} - x), best) << name << " " << x;
    }
  }
}

TEST(Grid, ScalesFollowTheirRules) {
  const std::vector<float> w = {-3, 1.5F, 0.6F, 0};
  EXPECT_FLOAT_EQ(grid("int4").fit(w).scale, 3 / 7.5F);  // half a step is clipped
  EXPECT_FLOAT_EQ(grid("nf4").fit(w).scale, 3);
  EXPECT_FLOAT_EQ(grid("f4e2m1").fit(w).scale, 0.5F);
  EXPECT_FLOAT_EQ(grid("ternary").fit(w).scale, 5.1F / 4);  // the mean
  WeightGrid asymmetric = grid("uint4");
  asymmetric.symmetric = false;
  const GroupScale g = asymmetric.fit(w);
  EXPECT_FLOAT_EQ(g.scale, 4.5F / 15);
  EXPECT_EQ(g.zero, 10);
  EXPECT_EQ(grid("int4").fit(std::vector<float>(3, 0.0F)).scale, 1);
}

TEST(Grid, SearchIsNoWorseThanTheRange) {
  Rng rng(5);
  std::vector<float> w;
  std::vector<float> importance;
  for (int i = 0; i < 200; ++i) {
    w.push_back(rng.normal());
    importance.push_back(rng.uniform());
  }
  for (const char* name : {"int3", "nf4", "f8e4m3fn", "levels23"}) {
    WeightGrid g = grid(name);
    const auto error = [&](const GroupScale& s) {
      double sum = 0;
      for (std::size_t i = 0; i < w.size(); ++i) {
        sum += double{importance[i]} * std::pow(double{w[i]} - g.rounded(w[i], s), 2);
      }
      return sum;
    };
    const double range = error(g.fit(w, importance));
    g.rule = ScaleRule::search;
    EXPECT_LE(error(g.fit(w, importance)), range) << name;
  }
}

TEST(Grid, ExtremesFollowTheirConventions) {
  const std::vector<float> w = {3, -1.5F, 0.6F};
  const WeightGrid narrow = with_extreme(grid("int4"), Extreme::restricted);
  EXPECT_EQ(narrow.levels.size(), 15U);
  EXPECT_FLOAT_EQ(narrow.fit(w).scale, 3.0F / 7);
  const WeightGrid outermost = with_extreme(grid("int4"), Extreme::signed_level);
  EXPECT_FLOAT_EQ(outermost.fit(w).scale, -3.0F / 8);  // 3 becomes -8
  EXPECT_FLOAT_EQ(outermost.fit(std::vector<float>{-3, 1.5F}).scale, 3.0F / 8);
  EXPECT_FLOAT_EQ(outermost.rounded(3, outermost.fit(w)), 3);
  // A code book whose outermost level is negative.
  EXPECT_FLOAT_EQ(with_extreme(grid("iq4_nl_codes"), Extreme::signed_level).fit(w).scale,
                  -3.0F / 127);
  // Nothing to leave out.
  EXPECT_EQ(with_extreme(grid("levels9"), Extreme::restricted).levels.size(), 9U);
}

// Signal-to-noise ratios of normal numbers in groups, as computed elsewhere from 2^18 samples
// without a search. 0.1 dB is twice their stated uncertainty.
TEST(Grid, HasThePublishedRatios) {
  Rng rng(9);
  WeightMatrix w{256, 1024, {}};
  for (int i = 0; i < 256 * 1024; ++i) w.values.push_back(rng.normal());
  const auto decibels = [&](WeightGrid g, std::int64_t group) {
    g.group = group;
    const CodedWeights c = round_to_nearest(w, g);
    double noise = 0;
    double signal = 0;
    for (std::int64_t r = 0; r < w.rows; ++r) {
      for (std::int64_t k = 0; k < w.columns; ++k) {
        const double x = w.row(r)[k];
        signal += x * x;
        noise += (x - c.value(r, k)) * (x - c.value(r, k));
      }
    }
    return 10 * std::log10(signal / noise);
  };
  EXPECT_NEAR(decibels(with_extreme(grid("int4"), Extreme::signed_level), 32), 21.34, 0.1);
  EXPECT_NEAR(decibels(with_extreme(grid("int4"), Extreme::restricted), 32), 20.30, 0.1);
  EXPECT_NEAR(decibels(grid("iq4_nl_codes"), 32), 21.27, 0.1);
  EXPECT_GT(decibels(with_extreme(grid("iq4_nl_codes"), Extreme::signed_level), 32), 21.8);
  EXPECT_NEAR(decibels(grid("nf4"), 64), 20.74, 0.1);
  EXPECT_NEAR(decibels(grid("f4e2m1"), 64), 19.52, 0.1);
  EXPECT_NEAR(decibels(grid("fp4_bnb"), 64), 18.30, 0.1);
  EXPECT_NEAR(decibels(grid("ternary"), 0), 5.81, 0.1);  // by the mean
  EXPECT_NEAR(decibels(grid("binary"), 0), 4.40, 0.1);
  WeightGrid asymmetric = grid("uint4");
  asymmetric.symmetric = false;
  EXPECT_NEAR(decibels(asymmetric, 32), 21.86, 0.1);
  // The best clipping of three levels: 7.21 dB of endless rows.
  WeightGrid searched = grid("ternary");
  searched.rule = ScaleRule::search;
  EXPECT_NEAR(decibels(searched, 0), 7.21, 0.1);
}

TEST(Grid, SearchFindsTheLeastSumOfItsPower) {
  Rng rng(11);
  std::vector<float> w;
  std::vector<float> importance;
  for (int i = 0; i < 100; ++i) {
    w.push_back(rng.normal() * (i % 10 == 0 ? 3.0F : 1.0F));
    importance.push_back(rng.uniform() + 0.1F);
  }
  float amax = 0;
  for (const float v : w) amax = std::max(amax, std::fabs(v));
  for (const double power : {0.7, 2.0, 2.4}) {
    WeightGrid g = grid("int3");
    g.rule = ScaleRule::search;
    g.power = power;
    const auto sum = [&](double scale) {
      double total = 0;
      for (std::size_t i = 0; i < w.size(); ++i) {
        const double level = std::min(3.0, std::max(-4.0, std::round(w[i] / scale)));
        total += double{importance[i]} * std::pow(std::fabs(w[i] - level * scale), power);
      }
      return total;
    };
    double least = HUGE_VAL;
    for (int i = 0; i <= 84; ++i) {
      least = std::min(least, sum(double{amax} / 3.5 * (1.05 - i / 100.0)));
    }
    EXPECT_NEAR(sum(g.fit(w, importance).scale), least, 1e-3 * least) << power;
  }
}

TEST(Grid, GroupsHaveScalesOfTheirOwn) {
  WeightGrid g = grid("int4");
  g.group = 2;
  const WeightMatrix w = matrix(2, {7.5F, 1, 75, 10, 0.75F, -0.1F, 0, 0, -15, 2});
  const CodedWeights c = round_to_nearest(w, g);
  ASSERT_EQ(c.scales.size(), 6U);  // the last group of a row is one column
  EXPECT_FLOAT_EQ(c.scale_of(0, 2).scale, 10);
  EXPECT_FLOAT_EQ(c.scale_of(1, 4).scale, 2.0F / 7.5F);
  EXPECT_FLOAT_EQ(c.scale_of(1, 0).scale, 0.1F / 7.5F);
  EXPECT_FLOAT_EQ(c.value(0, 3), 10);
  g.group = 0;
  g.one_scale = true;
  EXPECT_EQ(round_to_nearest(w, g).scales.size(), 1U);
}

TEST(Grid, RefusesWhatIsNotFinite) {
  const WeightMatrix w = matrix(1, {1, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_THROW(round_to_nearest(w, grid("int4")), Error);
}

TEST(Grid, OutputErrorIsThatOfTheOutputs) {
  Rng rng(6);
  WeightMatrix a{3, 5, {}};
  WeightMatrix b{3, 5, {}};
  for (int i = 0; i < 15; ++i) {
    a.values.push_back(rng.normal());
    b.values.push_back(rng.normal());
  }
  std::vector<double> h(25, 0);
  double noise = 0;
  double signal = 0;
  for (int s = 0; s < 10; ++s) {
    std::vector<double> x;
    for (int i = 0; i < 5; ++i) x.push_back(rng.normal());
    for (int r = 0; r < 3; ++r) {
      double ya = 0;
      double yb = 0;
      for (int i = 0; i < 5; ++i) {
        ya += a.row(r)[i] * x[i];
        yb += b.row(r)[i] * x[i];
      }
      signal += ya * ya;
      noise += (ya - yb) * (ya - yb);
    }
    for (int i = 0; i < 25; ++i) h[i] += x[i / 5] * x[i % 5];
  }
  EXPECT_NEAR(output_error(a, b, h), noise / signal, 1e-9);
}

}  // namespace
}  // namespace pare
