#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Softsign, XOverOnePlusItsSize) {
  expect_unary("Softsign", {-2, -0.75F, 0, 0.5F, 3},
               {-0.666666667F, -0.428571429F, 0, 0.333333333F, 0.75F});
}

TEST(Softsign, GradientMatchesCentralDifferences) {
  expect_gradient("Softsign", {between({2, 3}, -3, 3)});
}

}  // namespace
}  // namespace pare
