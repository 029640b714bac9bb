#include "compress/weights/adaround.hpp"

#include <gtest/gtest.h>

#include "base/threads.hpp"
#include "compress/weights/toy_layer.hpp"

namespace pare {
namespace {

/// Least error over all ways to round eight weights up or down.
double exhaustive(const WeightMatrix& w, const std::vector<double>& h, const WeightGrid& grid,
                  const GroupScale& s) {
  double best = HUGE_VAL;
  for (unsigned mask = 0; mask < 256; ++mask) {
    std::vector<double> d;
    for (std::size_t c = 0; c < 8; ++c) {
      const double x = double{w.values[c]} / s.scale + s.zero;
      const double level = std::clamp(std::floor(x) + ((mask >> c) & 1U),
                                      double{grid.levels.front()}, double{grid.levels.back()});
      d.push_back((level - s.zero) * s.scale - w.values[c]);
    }
    double sum = 0;
    for (std::size_t i = 0; i < 64; ++i) sum += d[i / 8] * h[i] * d[i % 8];
    best = std::min(best, sum);
  }
  return best;
}

TEST(Adaround, ComesNearTheBestOfAllRoundings) {
  double gained = 0;  // of what there is to gain over rounding to nearest
  double to_gain = 0;
  int exact = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Rng rng(seed);
    WeightMatrix w{1, 8, {}};
    for (int i = 0; i < 8; ++i) w.values.push_back(rng.normal());
    std::vector<double> h(64, 0);
    for (int s = 0; s < 30; ++s) {
      std::vector<double> x;
      for (int i = 0; i < 8; ++i) x.push_back(rng.normal() + (i > 0 ? 0.8 * x.back() : 0));
      for (int i = 0; i < 64; ++i) h[i] += x[i / 8] * x[i % 8] / 30;
    }
    const WeightGrid grid = grid_of(dtype_by_name("int3"));
    const auto loss = [&](const CodedWeights& c) {
      double sum = 0;
      for (std::int64_t i = 0; i < 64; ++i) {
        sum += (double{c.value(0, i / 8)} - w.values[i / 8]) * h[i] *
               (double{c.value(0, i % 8)} - w.values[i % 8]);
      }
      return sum;
    };
    const CodedWeights nearest = round_to_nearest(w, grid);
    const double got = loss(adaround(w, h, grid));
    const double best = exhaustive(w, h, grid, nearest.scales[0]);
    EXPECT_LE(got, loss(nearest) + 1e-9);
    EXPECT_GE(got, best - 1e-6);
    exact += got < best * 1.0001 + 1e-9 ? 1 : 0;
    gained += loss(nearest) - got;
    to_gain += loss(nearest) - best;
  }
  EXPECT_GE(exact, 6);
  EXPECT_GT(gained / to_gain, 0.8);
}

TEST(Adaround, GivesTheSameForAnyNumberOfThreads) {
  const toy::Layer layer(3);
  const WeightGrid grid = toy::asymmetric(4);
  const AdaroundOptions few = {.iterations = 30};
  set_threads(1);
  const CodedWeights one = adaround(layer.w, layer.h, grid, few);
  set_threads(2);
  const CodedWeights two = adaround(layer.w, layer.h, grid, few);
  set_threads(0);
  EXPECT_EQ(one.codes, two.codes);
}

// Between other levels than whole numbers too.
TEST(Adaround, RoundsOnCodeBooks) {
  const toy::Layer layer(2);
  const WeightGrid grid = grid_of(dtype_by_name("nf4"));
  EXPECT_LT(layer.error(adaround(layer.w, layer.h, grid).decoded()),
            0.6 * layer.error(round_to_nearest(layer.w, grid).decoded()));
}

}  // namespace
}  // namespace pare
