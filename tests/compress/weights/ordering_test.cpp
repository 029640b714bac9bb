// Which method moves the outputs of a layer least: the published order, and the published size of
// the errors (relative, of a layer made in the same way).

#include <gtest/gtest.h>

#include "compress/weights/adaround.hpp"
#include "compress/weights/gptq.hpp"
#include "compress/weights/hqq.hpp"
#include "compress/weights/scaling.hpp"
#include "compress/weights/toy_layer.hpp"

namespace pare {
namespace {

using toy::asymmetric;
using toy::Layer;

struct Errors {
  double rtn, awq, gptq, ordered, adaround;
};

Errors errors_of(const Layer& layer, const WeightGrid& grid) {
  const AwqScales awq = awq_scales(layer.w, layer.h, layer.mean_abs, grid);
  std::vector<float> back;
  for (const float f : awq.factors) back.push_back(1 / f);
  const WeightMatrix scaled = scaled_columns(layer.w, awq.factors);
  return {layer.error(round_to_nearest(layer.w, grid).decoded()),
          layer.error(scaled_columns(round_to_nearest(scaled, grid).decoded(), back)),
          layer.error(gptq(layer.w, layer.h, grid).coded.decoded()),
          layer.error(gptq(layer.w, layer.h, grid, {.act_order = true}).coded.decoded()),
          layer.error(adaround(layer.w, layer.h, grid).decoded())};
}

void expect_order(const Errors& e) {
  EXPECT_GT(e.rtn, e.awq);
  EXPECT_GT(e.awq, e.gptq);
  EXPECT_GT(e.gptq, e.ordered);
  EXPECT_GT(e.awq, e.adaround);
}

TEST(Ordering, FourBitsPerRow) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Errors e = errors_of(Layer(seed), asymmetric(4));
    expect_order(e);
    EXPECT_NEAR(e.rtn, 0.0095, 0.003) << seed;
    EXPECT_NEAR(e.awq, 0.0074, 0.003) << seed;
    EXPECT_NEAR(e.gptq, 0.0021, 0.001) << seed;
    EXPECT_NEAR(e.ordered, 0.00145, 0.0007) << seed;
  }
}

TEST(Ordering, ThreeBitsPerRow) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Errors e = errors_of(Layer(seed), asymmetric(3));
    expect_order(e);
    EXPECT_NEAR(e.rtn, 0.0475, 0.015) << seed;
    EXPECT_NEAR(e.awq, 0.031, 0.012) << seed;
    EXPECT_NEAR(e.gptq, 0.0105, 0.004) << seed;
    EXPECT_NEAR(e.ordered, 0.007, 0.003) << seed;
  }
}

// Inputs rounded to 8 bits by one scale for all channels, three of which are 60 times as large.
TEST(Ordering, SmoothingMakesOutliersHarmless) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Layer layer(seed, 3, 60);
    const auto error = [&](const std::vector<float>& factors) {
      float amax = 0;
      for (std::size_t c = 0; c < factors.size(); ++c) {
        amax = std::max(amax, layer.amax[c] / factors[c]);
      }
      const double step = double{amax} / 127;
      WeightGrid grid = grid_of(dtype_by_name("int8"));
      grid.one_scale = true;
      const WeightMatrix v = round_to_nearest(scaled_columns(layer.w, factors), grid).decoded();
      double noise = 0;
      double signal = 0;
      for (const auto& row : layer.x) {
        for (std::int64_t r = 0; r < v.rows; ++r) {
          double want = 0;
          double got = 0;
          for (std::int64_t c = 0; c < v.columns; ++c) {
            want += row[c] * layer.w.row(r)[c];
            got += std::nearbyint(row[c] / factors[c] / step) * step * v.row(r)[c];
          }
          signal += want * want;
          noise += (want - got) * (want - got);
        }
      }
      return noise / signal;
    };
    const double plain = error(std::vector<float>(128, 1.0F));
    EXPECT_LT(error(smooth_scales(layer.w, layer.amax, 0.5)), plain / 10) << seed;
  }
}

// Without data, on weights alone: mean squared error in groups of 64.
TEST(Ordering, HqqIsNearerThanRoundingToNearest) {
  Rng rng(8);
  WeightMatrix w{64, 256, {}};
  for (int i = 0; i < 64 * 256; ++i) w.values.push_back(rng.normal());
  const auto squared = [&](const CodedWeights& c) {
    const WeightMatrix v = c.decoded();
    double sum = 0;
    for (std::size_t i = 0; i < v.values.size(); ++i) {
      sum += (double{v.values[i]} - w.values[i]) * (double{v.values[i]} - w.values[i]);
    }
    return sum;
  };
  for (const int bits : {3, 4}) {
    const WeightGrid grid = asymmetric(bits, 64);
    EXPECT_LT(squared(hqq(w, grid)), 0.95 * squared(round_to_nearest(w, grid))) << bits;
  }
}

}  // namespace
}  // namespace pare
