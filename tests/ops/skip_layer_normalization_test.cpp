#include "ops/gradient_test.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

const Tensor kX = noise({2, 3, 4}, 1);
const Tensor kGamma = noise({4}, 2);
const Tensor kBeta = noise({4}, 3);
const Tensor kBias = noise({4}, 4);

double value(const Tensor& t, std::size_t i) { return static_cast<double>(t.data<float>()[i]); }

/// The four outputs by the formula; `skip` is repeated to the size of kX.
void expect_formula(const Tensor& skip) {
  const auto got = run_contrib("SkipLayerNormalization", {kX, skip, kGamma, kBeta, kBias},
                               {{"epsilon", 0.01F}}, 4);
  std::vector<float> y;
  std::vector<float> means;
  std::vector<float> inverses;
  std::vector<float> sums;
  for (std::size_t row = 0; row < 6; ++row) {
    double s[4];
    double mean = 0;
    double square = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t at = row * 4 + i;
      s[i] =
          value(kX, at) + value(kBias, i) + value(skip, at % static_cast<std::size_t>(skip.size()));
      mean += s[i] / 4;
      square += s[i] * s[i] / 4;
    }
    const double inverse = 1 / std::sqrt(square - mean * mean + 0.01F);
    for (std::size_t i = 0; i < 4; ++i) {
      y.push_back(static_cast<float>((s[i] - mean) * inverse * value(kGamma, i) + value(kBeta, i)));
      sums.push_back(static_cast<float>(s[i]));
    }
    means.push_back(static_cast<float>(mean));
    inverses.push_back(static_cast<float>(inverse));
  }
  expect_close(got[0], y, 1e-6F);
  expect_close(got[1], means, 1e-6F);
  expect_close(got[2], inverses, 1e-6F);
  expect_close(got[3], sums, 1e-6F);
  EXPECT_EQ(got[1].shape(), (Shape{2, 3, 1}));
}

TEST(SkipLayerNormalization, NormalizesTheSum) { expect_formula(noise({2, 3, 4}, 5)); }

TEST(SkipLayerNormalization, RepeatsSkipForEveryBatch) {
  expect_formula(noise({1, 3, 4}, 6));
  expect_formula(noise({3, 4}, 7));
}

TEST(SkipLayerNormalization, BetaAndBiasMayBeMissing) {
  const Tensor x = Tensor::of<float>({1, 2}, {1, 2});
  const Tensor gamma = Tensor::of<float>({2}, {3, 5});
  // sums 2 and 6: mean 4, deviation 2
  expect_close(
      run_contrib("SkipLayerNormalization", {x, Tensor::of<float>({1, 2}, {1, 4}), gamma})[0],
      {-3, 5}, 1e-6F);
}

TEST(SkipLayerNormalization, WrongShapesAreCorrupt) {
  const auto run = [](const Shape& x, const Shape& skip, const Shape& gamma, const Shape& beta) {
    return fault_of([&] {
      run_contrib("SkipLayerNormalization", {noise(x), noise(skip), noise(gamma), noise(beta)});
    });
  };
  EXPECT_EQ(run({2, 3, 4}, {2, 3}, {4}, {4}), Fault::corrupt);
  EXPECT_EQ(run({3, 4}, {2, 3, 4}, {4}, {4}), Fault::corrupt);
  EXPECT_EQ(run({3, 4}, {3, 4}, {3}, {4}), Fault::corrupt);
  EXPECT_EQ(run({3, 4}, {3, 4}, {4}, {1}), Fault::corrupt);
  EXPECT_EQ(run({4}, {4}, {4}, {4}), Fault::corrupt);
}

TEST(SkipLayerNormalization, GradientMatchesCentralDifferences) {
  const std::vector<Tensor> inputs = {noise({2, 3, 4}), noise({3, 4}, 2), noise({4}, 3),
                                      noise({4}, 4), noise({4}, 5)};
  expect_gradient("SkipLayerNormalization", inputs, {{"epsilon", 0.01F}},
                  {.domain = "com.microsoft"});
  const std::vector<Tensor> plain = {noise({2, 4}), noise({2, 4}, 2), noise({4}, 3)};
  expect_gradient("SkipLayerNormalization", plain, {{"epsilon", 0.01F}},
                  {.domain = "com.microsoft"});
  expect_gradient("SkipLayerNormalization", inputs, {{"epsilon", 0.01F}},
                  {.outputs = 4, .domain = "com.microsoft", .unused = {1, 2}});
}

TEST(SkipLayerNormalization, OfNothingIsNothing) {
  const Tensor x(ElementKind::f32, {2, 3, 0});
  const Tensor row(ElementKind::f32, {0});
  EXPECT_EQ(run_contrib("SkipLayerNormalization", {x, x, row})[0].shape(), x.shape());
  const auto got = run_contrib("SkipLayerNormalization", {x, x, row, row, row}, {}, 4);
  EXPECT_EQ(got[0].shape(), x.shape());
  EXPECT_EQ(got[3].shape(), x.shape());
  for (const std::size_t statistic : {1, 2}) {  // the mean of nothing is 0 / 0
    EXPECT_EQ(got[statistic].shape(), (Shape{2, 3, 1}));
    for (const float v : got[statistic].to_floats()) EXPECT_TRUE(std::isnan(v));
  }
}

}  // namespace
}  // namespace pare
