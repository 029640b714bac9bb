#include "numerics/nf4_blocks.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"

namespace pare {
namespace {

/// Inverse of the standard normal distribution function by bisection.
double normal_quantile(double p) {
  double low = -10;
  double high = 10;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return low;
}

TEST(Nf4Blocks, LevelsAreQuantilesOfTheNormalDistribution) {
  constexpr double kEdge = 0.9677083;
  const double top = normal_quantile(kEdge);
  for (int i = 0; i < 8; ++i) {
    const double positive = normal_quantile(kEdge + (0.5 - kEdge) * (7 - i) / 8) / top;
    EXPECT_NEAR(kNf4BlockLevels[static_cast<std::size_t>(8 + i)], positive, 1e-6);
  }
  for (int i = 0; i < 7; ++i) {
    const double negative = -normal_quantile(kEdge + (0.5 - kEdge) * i / 7) / top;
    EXPECT_NEAR(kNf4BlockLevels[static_cast<std::size_t>(i)], negative, 1e-6);
  }
  EXPECT_EQ(kNf4BlockLevels[7], 0);
}

TEST(Nf4Blocks, MiddlesBetweenLevelsGoDown) {
  for (std::uint32_t code = 0; code < 15; ++code) {
    const float middle = (kNf4BlockLevels[code] + kNf4BlockLevels[code + 1]) / 2;
    EXPECT_EQ(nf4_block_code(std::nextafter(middle, -2.0F)), code);
    EXPECT_EQ(nf4_block_code(std::nextafter(middle, 2.0F)), code + 1);
  }
  EXPECT_EQ(nf4_block_code(0.0F), 7U);
  EXPECT_EQ(nf4_block_code(-3.0F), 0U);
  EXPECT_EQ(nf4_block_code(3.0F), 15U);
}

TEST(DynamicMap, HasItsPublishedShape) {
  const auto& map = dynamic_map();
  EXPECT_TRUE(std::is_sorted(map.begin(), map.end()));
  EXPECT_EQ(std::adjacent_find(map.begin(), map.end()), map.end());
  EXPECT_EQ(map[127], 0.0F);
  EXPECT_EQ(map[255], 1.0F);
  // Least power: one part, the middle of [0.1, 1] times 10^-6.
  EXPECT_FLOAT_EQ(map[128], 0.55e-6F);
  EXPECT_FLOAT_EQ(map[126], -0.55e-6F);
  // Next: two parts, middles 0.325 and 0.775, times 10^-5.
  EXPECT_FLOAT_EQ(map[129], 3.25e-6F);
  EXPECT_FLOAT_EQ(map[130], 7.75e-6F);
  // Greatest power: 64 parts of [0.1, 1].
  EXPECT_FLOAT_EQ(map[254], static_cast<float>(1 - 0.9 / 128));
  EXPECT_FLOAT_EQ(map[0], static_cast<float>(0.9 / 128 - 1));
}

std::vector<float> weights(std::size_t n) {
  Rng rng(77);
  std::vector<float> x(n);
  for (float& v : x) v = 0.02F * rng.normal();
  return x;
}

double noise(const std::vector<float>& x, const std::vector<float>& y) {
  double error = 0;
  double all = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    error += (double{x[i]} - double{y[i]}) * (double{x[i]} - double{y[i]});
    all += double{x[i]} * double{x[i]};
  }
  return error / all;
}

TEST(DoubleQuantizedNf4, CostsItsBits) {
  const std::size_t n = 64 * 256 * 3;
  const DoubleQuantizedNf4 q = encode_nf4_double(weights(n));
  EXPECT_DOUBLE_EQ(q.bits_per_value(), 4 + 8.0 / 64 + 32.0 / (64 * 256) + 32.0 / n);
  // 65 values: 33 bytes of codes, two scales, one float for them and the offset.
  EXPECT_DOUBLE_EQ(encode_nf4_double(weights(65)).bits_per_value(), 8.0 * (33 + 2 + 4 + 4) / 65);
}

TEST(DoubleQuantizedNf4, ScalesAreOffByAtMostHalfAStepOfTheMap) {
  const std::vector<float> x = weights(64 * 600);
  const DoubleQuantizedNf4 q = encode_nf4_double(x);
  double mean = 0;
  for (std::size_t b = 0; b < 600; ++b) {
    double amax = 0;
    for (std::size_t i = 0; i < 64; ++i) amax = std::max(amax, std::abs(double{x[64 * b + i]}));
    mean += amax / 600;
    const double scale = double{dynamic_map()[q.scale_codes[b]]} * q.scale_amax[b / 256] + q.offset;
    // The widest steps of the map are the 0.9 / 64 of its greatest power, and that below -1 + ...
    EXPECT_NEAR(scale, amax, 0.9 / 128 * q.scale_amax[b / 256] * 1.001) << b;
  }
  EXPECT_NEAR(q.offset, mean, 1e-6 * mean);
}

TEST(DoubleQuantizedNf4, IsNearlyAsGoodAsExactScales) {
  const std::vector<float> x = weights(64 * 600 + 13);
  std::vector<float> twice(x.size());
  decode_nf4_double(encode_nf4_double(x), twice);
  std::vector<float> once(x.size());
  std::vector<std::byte> coded((x.size() + 63) / 64 * Nf4Block::kBytes);
  BlockCodec<Nf4Block>::encode(x, coded);
  BlockCodec<Nf4Block>::decode(coded, once);
  EXPECT_LT(noise(x, twice), 1.02 * noise(x, once));
  EXPECT_GT(noise(x, twice), 0.98 * noise(x, once));
}

TEST(DoubleQuantizedNf4, TakesNothingZerosAndNan) {
  EXPECT_EQ(encode_nf4_double({}).codes.size(), 0U);
  std::vector<float> x(130, 0.0F);
  std::vector<float> y(130, 1.0F);
  decode_nf4_double(encode_nf4_double(x), y);
  EXPECT_EQ(y, x);
  x[5] = std::nanf("");
  x[9] = 0.5F;
  decode_nf4_double(encode_nf4_double(x), y);
  EXPECT_EQ(y[5], 0.0F);
  EXPECT_NEAR(y[9], 0.5, 0.01);
}

}  // namespace
}  // namespace pare
