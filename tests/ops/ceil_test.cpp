#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Ceil, TowardsPlusInfinity) {
  expect_unary("Ceil", {-1.5F, -1, -0.25F, 0.75F, 2}, {-1, -1, 0, 1, 2});
}

TEST(Ceil, GradientMatchesCentralDifferences) { expect_gradient("Ceil", {between({2, 3}, -3, 3)}); }

}  // namespace
}  // namespace pare
