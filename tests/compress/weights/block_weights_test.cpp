#include "compress/weights/block_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "numerics/nvfp4.hpp"
#include "tensor/tensor.hpp"

namespace pare {
namespace {

WeightMatrix random_matrix(std::int64_t rows, std::int64_t columns) {
  Rng rng(9);
  WeightMatrix w{rows, columns, {}};
  for (std::int64_t i = 0; i < rows * columns; ++i) w.values.push_back(rng.normal());
  return w;
}

double squared_error(const WeightMatrix& a, const WeightMatrix& b,
                     const std::vector<float>& importance = {}) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double d = static_cast<double>(a.values[i]) - b.values[i];
    const auto column = i % static_cast<std::size_t>(a.columns);
    sum += d * d * (importance.empty() ? 1 : importance[column]);
  }
  return sum;
}

// MXFP4 by the words of the standard: the scale of 32 is the power of two below the greatest
// magnitude, less the exponent of the greatest element (2); elements are 0, 0.5 ... 6.
TEST(BlockWeights, Mxfp4IsWhatTheStandardSays) {
  const WeightMatrix w = random_matrix(3, 64);
  const BlockWeights got = round_to_blocks(w, dtype_by_name("mxfp4"), "rtn", {});
  EXPECT_DOUBLE_EQ(got.bits, 4.25);
  const double levels[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
  for (std::int64_t r = 0; r < w.rows; ++r) {
    for (std::size_t block = 0; block < 2; ++block) {
      const auto x = w.row(r).subspan(block * 32, 32);
      double most = 0;
      for (const float v : x) most = std::max(most, std::fabs(static_cast<double>(v)));
      const double scale = std::exp2(std::floor(std::log2(most)) - 2);
      for (std::size_t i = 0; i < 32; ++i) {
        double best = 0;
        for (const double level : levels) {
          if (std::fabs(std::fabs(x[i]) / scale - level) <
              std::fabs(std::fabs(x[i]) / scale - best))
            best = level;
        }
        EXPECT_NEAR(got.decoded.row(r)[block * 32 + i], std::copysign(best * scale, x[i]), 1e-6);
      }
    }
  }
}

TEST(BlockWeights, TheLastBlockOfARowIsFilledUp) {
  const WeightMatrix w = random_matrix(5, 40);
  const BlockWeights q8 = round_to_blocks(w, dtype_by_name("q8_0"), "rtn", {});
  EXPECT_DOUBLE_EQ(q8.bits, 2 * 34 * 8 / 40.0);
  for (std::size_t i = 0; i < w.values.size(); ++i) {
    EXPECT_NEAR(q8.decoded.values[i], w.values[i], 4.0 / 127 / 2 + 1e-3);
  }
}

// Weights far below the least scale of a block: the tensor has a scale besides.
TEST(BlockWeights, Nvfp4HasATensorScale) {
  WeightMatrix w = random_matrix(4, 64);
  const BlockWeights large = round_to_blocks(w, dtype_by_name("nvfp4"), "rtn", {});
  EXPECT_DOUBLE_EQ(large.bits, 4.5 + 32.0 / 256);
  WeightMatrix tiny = w;
  for (float& v : tiny.values) v *= 0x1p-20F;
  const BlockWeights small = round_to_blocks(tiny, dtype_by_name("nvfp4"), "rtn", {});
  for (std::size_t i = 0; i < w.values.size(); ++i) {
    EXPECT_FLOAT_EQ(small.decoded.values[i], large.decoded.values[i] * 0x1p-20F);
  }
  const BlockWeights searched = round_to_blocks(w, dtype_by_name("nvfp4"), "mse", {});
  EXPECT_LT(squared_error(w, searched.decoded), squared_error(w, large.decoded));
}

TEST(BlockWeights, ImportanceMovesTheErrorAway) {
  const WeightMatrix w = random_matrix(16, 256);
  std::vector<float> importance(256, 0.01F);
  for (std::size_t c = 0; c < 256; c += 8) importance[c] = 10;
  for (const char* format : {"q2_k", "q3_k", "q4_k", "iq4_xs"}) {
    const BlockWeights plain = round_to_blocks(w, dtype_by_name(format), "mse", {});
    const BlockWeights weighed = round_to_blocks(w, dtype_by_name(format), "imatrix", importance);
    EXPECT_LT(squared_error(w, weighed.decoded, importance),
              0.9 * squared_error(w, plain.decoded, importance))
        << format;
  }
}

// The codec says what the weights are; elements and scales say it again, in numbers of their
// formats.
TEST(BlockWeights, ElementsAndScalesAreTheWeights) {
  const WeightMatrix w = random_matrix(5, 72);  // no multiple of 16 or 32
  for (const char* name :
       {"mxfp4", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp8_e4m3", "mxfp8_e5m2", "mxint8", "nvfp4"}) {
    const BlockWeights got = round_to_blocks(w, dtype_by_name(name), "rtn", {});
    ASSERT_TRUE(got.coded) << name;
    const WeightMatrix again = got.coded->decoded();
    for (std::size_t i = 0; i < w.values.size(); ++i) {
      ASSERT_FLOAT_EQ(again.values[i], got.decoded.values[i]) << name << " " << i;
    }
    const auto blocks = static_cast<std::size_t>(name == std::string("nvfp4") ? 5 : 3);
    ASSERT_EQ(got.coded->scales.size(), 5 * blocks) << name;
    for (const GroupScale& g : got.coded->scales) {
      if (name == std::string("nvfp4")) {
        const float share = g.scale / got.coded->tensor_scale;
        const DType e4m3 = dtype_by_name("f8e4m3fn");
        const float stored = Tensor::of<float>({1}, {share}).cast(e4m3).to_floats()[0];
        EXPECT_FLOAT_EQ(stored, share);
      } else {
        int exponent = 0;
        EXPECT_EQ(std::frexp(g.scale, &exponent), 0.5F) << name;
      }
    }
  }
  EXPECT_FALSE(round_to_blocks(w, dtype_by_name("q4_0"), "rtn", {}).coded);
}

TEST(BlockWeights, RefusesWhatDoesNotApply) {
  const WeightMatrix w = random_matrix(1, 32);
  const std::vector<float> importance(32, 1.0F);
  EXPECT_THROW(round_to_blocks(w, dtype_by_name("q4_0"), "gptq", importance), Error);
  EXPECT_THROW(round_to_blocks(w, dtype_by_name("q4_0"), "imatrix", importance), Error);
  WeightMatrix odd = w;
  odd.values[3] = NAN;
  EXPECT_THROW(round_to_blocks(odd, dtype_by_name("q4_0"), "rtn", {}), Error);
}

}  // namespace
}  // namespace pare
