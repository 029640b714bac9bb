#include "ops/gradient_test.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

TEST(SkipSimplifiedLayerNormalization, DividesTheSumByItsRootMeanSquare) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, 3, -2, 0});
  const Tensor skip = Tensor::of<float>({2, 2}, {1, 1, -4, 5});
  const Tensor gamma = Tensor::of<float>({2}, {1, 2});
  const Tensor bias = Tensor::of<float>({2}, {1, 0});
  const auto got = run_contrib("SkipSimplifiedLayerNormalization", {x, skip, gamma, bias}, {}, 4);
  // sums 3, 4 and -5, 5; mean squares 12.5 and 25
  expect_close(got[0], {0.848528137F, 2.26274170F, -1, 2}, 1e-6F);
  expect_close(got[2], {0.282842712F, 0.2F}, 1e-6F);
  expect_close(got[3], {3, 4, -5, 5}, 0);
  EXPECT_EQ(got[2].shape(), (Shape{2, 1}));
}

TEST(SkipSimplifiedLayerNormalization, EpsilonIsAddedToTheMeanSquare) {
  const Tensor x = Tensor::of<float>({1, 1}, {1});
  const Tensor zero(ElementKind::f32, {1, 1});
  const Tensor gamma = Tensor::of<float>({1}, {1});
  expect_close(
      run_contrib("SkipSimplifiedLayerNormalization", {x, zero, gamma}, {{"epsilon", 3.0F}})[0],
      {0.5F}, 0);
}

TEST(SkipSimplifiedLayerNormalization, WrongShapesAreCorrupt) {
  const auto run = [](const Shape& skip, const Shape& gamma, const Shape& bias) {
    return fault_of([&] {
      run_contrib("SkipSimplifiedLayerNormalization",
                  {noise({2, 4}), noise(skip), noise(gamma), noise(bias)});
    });
  };
  EXPECT_EQ(run({3, 4}, {4}, {4}), Fault::corrupt);
  EXPECT_EQ(run({2, 4}, {2}, {4}), Fault::corrupt);
  EXPECT_EQ(run({2, 4}, {4}, {2, 4}), Fault::corrupt);
}

TEST(SkipSimplifiedLayerNormalization, GradientMatchesCentralDifferences) {
  const std::vector<Tensor> inputs = {noise({2, 3, 4}), noise({2, 3, 4}, 2), noise({4}, 3),
                                      noise({4}, 4)};
  expect_gradient("SkipSimplifiedLayerNormalization", inputs, {{"epsilon", 0.01F}},
                  {.domain = "com.microsoft"});
  expect_gradient("SkipSimplifiedLayerNormalization", inputs, {{"epsilon", 0.01F}},
                  {.outputs = 4, .domain = "com.microsoft", .unused = {1, 2}});
}

TEST(SkipSimplifiedLayerNormalization, OfNothingIsNothing) {
  const Tensor x(ElementKind::f32, {2, 3, 0});
  const Tensor row(ElementKind::f32, {0});
  EXPECT_EQ(run_contrib("SkipSimplifiedLayerNormalization", {x, x, row})[0].shape(), x.shape());
  const auto got = run_contrib("SkipSimplifiedLayerNormalization", {x, x, row, row}, {}, 4);
  EXPECT_EQ(got[0].shape(), x.shape());
  EXPECT_EQ(got[3].shape(), x.shape());
  EXPECT_EQ(got[1].to_floats(), std::vector<float>(6, 0));
  for (const float v : got[2].to_floats()) EXPECT_TRUE(std::isnan(v));
}

}  // namespace
}  // namespace pare
