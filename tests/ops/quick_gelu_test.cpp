#include "ops/quantized.hpp"

namespace pare {
namespace {

const Tensor kX = Tensor::of<float>({2, 2}, {-2, 0, 0.5F, 3});

TEST(QuickGelu, XTimesASteepSigmoid) {
  expect_close(run_contrib("QuickGelu", {kX})[0], {-0.0643498F, 0, 0.35038F, 2.9819214F},
               2e-6F);  // x / (1 + exp(-1.702 x))
  expect_close(run_contrib("QuickGelu", {kX}, {{"alpha", 1.0F}})[0],
               {-0.238405844F, 0, 0.311229665F, 2.857722381F}, 1e-7F);
}

TEST(QuickGelu, KeepsHalfPrecision) {
  const Tensor y = run_contrib("QuickGelu", {kX.cast(dtype_of(ElementKind::f16))})[0];
  EXPECT_EQ(y.kind(), ElementKind::f16);
  expect_close(y, {-0.0643413742F, 0, 0.350388442F, 2.98192145F}, 5e-4F);  // one f16 step of 3 is 2^-9
}

}  // namespace
}  // namespace pare
