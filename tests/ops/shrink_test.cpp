#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Shrink, ZeroInTheMiddle) {
  expect_unary("Shrink", {-1, -0.5F, 0.25F, 0.5F, 1}, {-1, 0, 0, 0, 1});
}

TEST(Shrink, AttributesChangeTheCurve) {
  expect_unary("Shrink", {-2, 0.5F, 2}, {-1, 0, 1}, {{"bias", 1.0F}, {"lambd", 1.5F}});
}

TEST(Shrink, GradientMatchesCentralDifferences) {
  expect_gradient("Shrink", {between({12}, -2, 2)}, {{"bias", 0.25F}, {"lambd", 0.75F}});
}

}  // namespace
}  // namespace pare
