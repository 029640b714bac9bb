#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Sqrt, RootsAndNanBelowZero) {
  expect_unary("Sqrt", {0, 0.25F, 2, 9, -1}, {0, 0.5F, 1.41421356F, 3, kNan});
}

TEST(Sqrt, GradientMatchesCentralDifferences) {
  expect_gradient("Sqrt", {between({2, 3}, 0.5F, 3)});
}

}  // namespace
}  // namespace pare
