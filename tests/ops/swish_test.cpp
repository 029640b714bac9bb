#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Swish, XTimesSigmoid) {
  expect_unary("Swish", {-2, -0.75F, 0, 0.5F, 3},
               {-0.238405844F, -0.240615976F, 0, 0.311229666F, 2.85772238F});
}

TEST(Swish, AttributesChangeTheCurve) {
  expect_unary("Swish", {-1, 2}, {-0.119202922F, 1.96402758F}, {{"alpha", 2.0F}});
}

TEST(Swish, GradientMatchesCentralDifferences) {
  expect_gradient("Swish", {between({2, 3}, -3, 3)}, {{"alpha", 1.5F}});
}

}  // namespace
}  // namespace pare
