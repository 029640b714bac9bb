#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Sigmoid, LogisticFunction) {
  expect_unary("Sigmoid", {-2, -0.75F, 0, 0.5F, 3, -64},
               {0.119202922F, 0.320821301F, 0.5F, 0.622459331F, 0.952574127F, 1.60381089e-28F});
}

TEST(Sigmoid, GradientMatchesCentralDifferences) {
  expect_gradient("Sigmoid", {between({2, 3}, -3, 3)});
}

}  // namespace
}  // namespace pare
