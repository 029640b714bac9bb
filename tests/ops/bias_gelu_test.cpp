#include "ops/gradient_test.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

TEST(BiasGelu, AddsTheBiasToTheLastDimensionFirst) {
  const Tensor x = Tensor::of<float>({2, 2}, {-3, 0.25F, -1, 2});
  const Tensor bias = Tensor::of<float>({2}, {1, -1});
  // gelu of -2, -0.75, 0, 1
  expect_close(run_contrib("BiasGelu", {x, bias})[0],
               {-0.0455002639F, -0.169970514F, 0, 0.841344746F}, 1e-7F);
}

TEST(BiasGelu, ABiasOfAnotherSizeIsCorrupt) {
  EXPECT_EQ(fault_of([] { run_contrib("BiasGelu", {ramp({2, 2}), ramp({3})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_contrib("BiasGelu", {ramp({2, 2}), ramp({1, 2})});
            }),
            Fault::corrupt);
}

TEST(BiasGelu, GradientMatchesCentralDifferences) {
  expect_gradient("BiasGelu", {between({2, 2, 3}, -2, 2), noise({3}, 2)}, {},
                  {.domain = "com.microsoft"});
}

}  // namespace
}  // namespace pare
