#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Cos, Radians) {
  expect_unary("Cos", {-2, -0.75F, 0, 0.5F, 3},
               {-0.416146837F, 0.731688869F, 1, 0.877582562F, -0.989992497F});
}

TEST(Cos, GradientMatchesCentralDifferences) { expect_gradient("Cos", {between({2, 3}, -3, 3)}); }

}  // namespace
}  // namespace pare
