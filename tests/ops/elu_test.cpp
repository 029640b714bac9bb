#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Elu, ExponentialBelowZero) {
  expect_unary("Elu", {-2, -0.75F, 0, 0.5F, 3}, {-0.864664717F, -0.527633447F, 0, 0.5F, 3});
}

TEST(Elu, AttributesChangeTheCurve) {
  expect_unary("Elu", {-1, 2}, {-1.26424112F, 2}, {{"alpha", 2.0F}});
}

TEST(Elu, GradientMatchesCentralDifferences) {
  expect_gradient("Elu", {between({2, 3}, -2, 2)});
  expect_gradient("Elu", {between({7}, -2, 2)}, {{"alpha", 0.5F}});
}

}  // namespace
}  // namespace pare
