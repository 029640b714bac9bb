#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Floor, TowardsMinusInfinity) {
  expect_unary("Floor", {-1.5F, -1, -0.25F, 0.75F, 2}, {-2, -1, -1, 0, 2});
}

TEST(Floor, GradientMatchesCentralDifferences) {
  expect_gradient("Floor", {between({2, 3}, -3, 3)});
}

}  // namespace
}  // namespace pare
