#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Celu, ContinuousAtZero) {
  expect_unary("Celu", {-2, -0.75F, 0, 0.5F, 3}, {-0.864664717F, -0.527633447F, 0, 0.5F, 3});
}

TEST(Celu, AttributesChangeTheCurve) {
  expect_unary("Celu", {-1, 2}, {-0.786938681F, 2}, {{"alpha", 2.0F}});
}

TEST(Celu, GradientMatchesCentralDifferences) {
  expect_gradient("Celu", {between({2, 3}, -2, 2)});
  expect_gradient("Celu", {between({7}, -2, 2)}, {{"alpha", 0.5F}});
}

}  // namespace
}  // namespace pare
