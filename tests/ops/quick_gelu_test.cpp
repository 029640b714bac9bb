#include "ops/gradient_test.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

const Tensor kX = Tensor::of<float>({2, 2}, {-2, 0, 0.5F, 3});

TEST(QuickGelu, XTimesASteepSigmoid) {
  expect_close(run_contrib("QuickGelu", {kX})[0], {-0.0643413769F, 0, 0.350388437F, 2.98192869F},
               2e-7F);  // x / (1 + exp(-1.702 x))
  expect_close(run_contrib("QuickGelu", {kX}, {{"alpha", 1.0F}})[0],
               {-0.238405844F, 0, 0.311229665F, 2.857722381F}, 1e-7F);
}

TEST(QuickGelu, KeepsHalfPrecision) {
  const Tensor y = run_contrib("QuickGelu", {kX.cast(dtype_of(ElementKind::f16))})[0];
  EXPECT_EQ(y.kind(), ElementKind::f16);
  // Half a step of f16 near 3 is 2^-10.
  expect_close(y, {-0.0643413769F, 0, 0.350388437F, 2.98192869F}, 5e-4F);
}

TEST(QuickGelu, GradientMatchesCentralDifferences) {
  expect_gradient("QuickGelu", {between({2, 3}, -2, 2)}, {{"alpha", 1.3F}},
                  {.domain = "com.microsoft"});
}

}  // namespace
}  // namespace pare
