#include "compress/weights/clip.hpp"

#include <gtest/gtest.h>

#include "base/threads.hpp"
#include "compress/weights/toy_layer.hpp"

namespace pare {
namespace {

/// |(w - q) x|^2 over the samples of the columns [first, first + w.size()) of row r.
double moved(const toy::Layer& layer, std::int64_t r, std::int64_t first, std::int64_t count,
             const WeightGrid& grid, const GroupScale& s) {
  double sum = 0;
  for (const auto& x : layer.x) {
    double y = 0;
    for (std::int64_t c = first; c < first + count; ++c) {
      const double w = layer.w.row(r)[c];
      const double level = std::min<double>(
          grid.levels.back(),
          std::max<double>(grid.levels.front(), std::nearbyint(w / s.scale + s.zero)));
      y += (w - (level - s.zero) * s.scale) * x[c];
    }
    sum += y * y;
  }
  return sum;
}

TEST(Clip, TakesTheRangeThatMovesTheOutputsLeast) {
  const toy::Layer layer(1);
  const WeightGrid grid = toy::asymmetric(3, 32);
  const CodedWeights got = round_clipped(layer.w, layer.h, grid);
  int clipped = 0;
  for (const std::int64_t r : {0, 7, 31}) {
    for (std::int64_t g = 0; g < 4; ++g) {
      float low = 0;
      float high = 0;
      for (const float v : layer.w.row(r).subspan(g * 32, 32)) {
        low = std::min(low, v);
        high = std::max(high, v);
      }
      double least = HUGE_VAL;
      for (int i = 0; i < 10; ++i) {
        const float scale = (high - low) * (1 - 0.05F * i) / 7;
        const float zero = std::round(-low * (1 - 0.05F * i) / scale);
        least = std::min(least, moved(layer, r, g * 32, 32, grid, {scale, zero}));
      }
      const GroupScale& s = got.scale_of(r, g * 32);
      EXPECT_NEAR(moved(layer, r, g * 32, 32, grid, s), least, 1e-3 * least) << r << " " << g;
      clipped += s.scale < 0.99F * (high - low) / 7 ? 1 : 0;
    }
  }
  EXPECT_GT(clipped, 3);
}

TEST(Clip, OneScaleIsChosenForAllRows) {
  const toy::Layer layer(2);
  WeightGrid grid = grid_of(dtype_by_name("int3"));
  grid.one_scale = true;
  const CodedWeights got = round_clipped(layer.w, layer.h, grid);
  ASSERT_EQ(got.scales.size(), 1U);
  const double own = layer.error(got.decoded());
  for (const float factor : {1.0F, 0.9F, 0.8F, 0.7F, 0.6F}) {
    const GroupScale tried{grid.fit(layer.w.values).scale * factor, 0};
    EXPECT_LE(own, layer.error(encode(layer.w, grid, {tried}).decoded()) + 1e-9) << factor;
  }
}

TEST(Clip, GivesTheSameForAnyNumberOfThreads) {
  const toy::Layer layer(3);
  const WeightGrid grid = toy::asymmetric(4, 32);
  set_threads(1);
  const CodedWeights one = round_clipped(layer.w, layer.h, grid);
  set_threads(2);
  const CodedWeights two = round_clipped(layer.w, layer.h, grid);
  set_threads(0);
  EXPECT_EQ(one.codes, two.codes);
}

}  // namespace
}  // namespace pare
