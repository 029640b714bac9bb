#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Round, HalvesGoToTheEvenNeighbour) {
  expect_unary("Round", {-2.5F, -1.5F, -0.5F, 0.5F, 1.5F, 2.5F, 2.75F}, {-2, -2, 0, 0, 2, 2, 3});
}

TEST(Round, GradientMatchesCentralDifferences) {
  expect_gradient("Round", {between({2, 3}, -3, 3)});
}

}  // namespace
}  // namespace pare
