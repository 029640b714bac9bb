#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(HardSwish, ZeroBelowMinusThreeAndXAboveThree) {
  expect_unary("HardSwish", {-4, -3, -1, 0, 1, 3, 5}, {0, 0, -0.333333333F, 0, 0.666666667F, 3, 5});
}

TEST(HardSwish, GradientMatchesCentralDifferences) {
  expect_gradient("HardSwish", {between({12}, -5, 5)});
}

}  // namespace
}  // namespace pare
