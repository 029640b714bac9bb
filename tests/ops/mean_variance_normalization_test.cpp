#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(MeanVarianceNormalization, EveryChannelByDefault) {
  // Channel 0 holds 1, 3, 5, 7 (mean 4, variance 5), channel 1 twice 2 and 6.
  const Tensor x = Tensor::of<float>({2, 2, 1, 2}, {1, 3, 2, 6, 5, 7, 6, 2});
  const auto root = static_cast<float>(1 / std::sqrt(5.0));
  expect_close(run_op("MeanVarianceNormalization", {x})[0],
               {-3 * root, -root, -1, 1, root, 3 * root, 1, -1}, 2e-7F);
}

TEST(MeanVarianceNormalization, OtherAxes) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, 3, 10, 30});
  expect_close(run_op("MeanVarianceNormalization", {x}, {{"axes", Ints{-1}}})[0], {-1, 1, -1, 1},
               1e-7F);
  expect_close(run_op("MeanVarianceNormalization", {x}, {{"axes", Ints{0}}})[0], {-1, -1, 1, 1},
               1e-7F);
  expect_close(
      run_op("MeanVarianceNormalization", {Tensor::of<float>({2}, {5, 5})}, {{"axes", Ints{0}}})[0],
      {0, 0}, 0);
}

TEST(MeanVarianceNormalization, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("MeanVarianceNormalization", {{Dim::symbol("N"), 3, 4, 4}}), "[N,3,4,4]");
  EXPECT_EQ(fault_of([] {
              run_unchecked("MeanVarianceNormalization", {ramp({2, 3})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_unchecked("MeanVarianceNormalization", {ramp({2})}, {{"axes", Ints{0, -1}}});
            }),
            Fault::corrupt);
}

TEST(MeanVarianceNormalization, GradientMatchesCentralDifferences) {
  expect_gradient("MeanVarianceNormalization", {noise({2, 2, 2, 2})});
  expect_gradient("MeanVarianceNormalization", {noise({2, 5})}, {{"axes", Ints{-1}}});
}

}  // namespace
}  // namespace pare
