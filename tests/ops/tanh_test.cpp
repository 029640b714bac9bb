#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Tanh, HyperbolicTangent) {
  expect_unary("Tanh", {-2, -0.75F, 0, 0.5F, 3},
               {-0.96402758F, -0.635148952F, 0, 0.462117157F, 0.995054754F});
}

TEST(Tanh, GradientMatchesCentralDifferences) { expect_gradient("Tanh", {between({2, 3}, -2, 2)}); }

}  // namespace
}  // namespace pare
