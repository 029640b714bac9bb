#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Softplus, SmoothAndFiniteForLargeInputs) {
  expect_unary("Softplus", {-2, -0.75F, 0, 0.5F, 3, 96},
               {0.126928011F, 0.386871006F, 0.693147181F, 0.974076984F, 3.04858735F, 96});
}

TEST(Softplus, GradientMatchesCentralDifferences) {
  expect_gradient("Softplus", {between({2, 3}, -3, 3)});
}

}  // namespace
}  // namespace pare
