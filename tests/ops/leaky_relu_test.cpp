#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(LeakyRelu, SmallSlopeBelowZero) {
  expect_unary("LeakyRelu", {-2, -0.75F, 0, 0.5F, 3}, {-0.02F, -0.0075F, 0, 0.5F, 3});
}

TEST(LeakyRelu, AttributesChangeTheCurve) {
  expect_unary("LeakyRelu", {-1, 2}, {-0.25F, 2}, {{"alpha", 0.25F}});
}

TEST(LeakyRelu, GradientMatchesCentralDifferences) {
  expect_gradient("LeakyRelu", {noise({2, 3})}, {{"alpha", 0.2F}});
}

}  // namespace
}  // namespace pare
