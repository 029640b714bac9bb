#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ThresholdedRelu, ZeroUpToAlpha) {
  expect_unary("ThresholdedRelu", {-1, 0.5F, 1, 1.5F, 2}, {0, 0, 0, 1.5F, 2});
}

TEST(ThresholdedRelu, AttributesChangeTheCurve) {
  expect_unary("ThresholdedRelu", {1.5F, 2, 2.5F}, {0, 0, 2.5F}, {{"alpha", 2.0F}});
}

TEST(ThresholdedRelu, GradientMatchesCentralDifferences) {
  expect_gradient("ThresholdedRelu", {between({12}, -2, 2)}, {{"alpha", 0.5F}});
}

}  // namespace
}  // namespace pare
