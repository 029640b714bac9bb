#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Reciprocal, OneOverX) {
  expect_unary("Reciprocal", {-2, 0.5F, 4, 0.125F}, {-0.5F, 2, 0.25F, 8});
}

TEST(Reciprocal, GradientMatchesCentralDifferences) {
  expect_gradient("Reciprocal", {between({2, 3}, 0.5F, 3)});
}

}  // namespace
}  // namespace pare
