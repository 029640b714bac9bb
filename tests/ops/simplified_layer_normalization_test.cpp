#include "ops/gradient_test.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

TEST(SimplifiedLayerNormalization, DividesByTheRootMeanSquare) {
  const Tensor x = Tensor::of<float>({2, 2}, {3, 4, -5, 5});
  const Tensor scale = Tensor::of<float>({2}, {1, 2});
  for (const char* domain : {"", "com.microsoft"}) {
    const auto got =
        run_op("SimplifiedLayerNormalization", {x, scale}, {{"epsilon", 0.0F}}, 2, domain);
    expect_close(got[0], {0.848528137F, 2.26274170F, -1, 2}, 1e-6F);
    expect_close(got[1], {0.282842712F, 0.2F}, 1e-6F);
    EXPECT_EQ(got[1].shape(), (Shape{2, 1}));
  }
}

TEST(SimplifiedLayerNormalization, NormalizesAllDimensionsFromTheAxisOn) {
  const Tensor x = Tensor::of<float>({1, 2, 2}, {1, 3, 5, 1});  // mean square 9
  const Tensor scale = Tensor::of<float>({2, 2}, {3, 3, 3, 6});
  expect_close(
      run_op("SimplifiedLayerNormalization", {x, scale}, {{"axis", Int{1}}, {"epsilon", 0.0F}})[0],
      {1, 3, 5, 2}, 1e-6F);
}

TEST(SimplifiedLayerNormalization, TheResultHasTheTypeOfTheScale) {
  const Tensor x = Tensor::of<float>({1, 1}, {-2});
  const Tensor scale = Tensor::of<float>({1}, {0.5F}).cast(dtype_of(ElementKind::f16));
  const Tensor y = run_op("SimplifiedLayerNormalization", {x, scale})[0];
  EXPECT_EQ(y.kind(), ElementKind::f16);
  expect_close(y, {-0.5F}, 1e-3F);
}

TEST(SimplifiedLayerNormalization, WrongShapesAreCorrupt) {
  const auto run = [](const Shape& scale, Int axis) {
    return fault_of([&] {
      run_op("SimplifiedLayerNormalization", {noise({2, 4}), noise(scale)}, {{"axis", axis}});
    });
  };
  EXPECT_EQ(run({3}, -1), Fault::corrupt);
  EXPECT_EQ(run({2, 4}, -1), Fault::corrupt);
  EXPECT_EQ(run({4}, 2), Fault::corrupt);
}

TEST(SimplifiedLayerNormalization, GradientMatchesCentralDifferences) {
  expect_gradient("SimplifiedLayerNormalization", {noise({2, 3, 4}), noise({4}, 2)});
  expect_gradient("SimplifiedLayerNormalization", {noise({2, 3, 4}), noise({3, 4}, 2)},
                  {{"axis", Int{1}}}, {.domain = "com.microsoft"});
}

TEST(SimplifiedLayerNormalization, OfNothingIsNothing) {
  const Tensor x(ElementKind::f32, {2, 3, 0});
  const Tensor row(ElementKind::f32, {0});
  EXPECT_EQ(run_op("SimplifiedLayerNormalization", {x, row})[0].shape(), x.shape());
  const auto got = run_op("SimplifiedLayerNormalization", {x, row}, {}, 2);
  EXPECT_EQ(got[0].shape(), x.shape());
  for (const float v : got[1].to_floats()) EXPECT_TRUE(std::isnan(v));
}

}  // namespace
}  // namespace pare
