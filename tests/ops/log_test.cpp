#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Log, NaturalLogarithmAndMinusInfinityAtZero) {
  expect_unary("Log", {0.25F, 1, 2, 8, 0}, {-1.38629436F, 0, 0.693147181F, 2.07944154F, -kInf});
}

TEST(Log, GradientMatchesCentralDifferences) { expect_gradient("Log", {between({2, 3}, 0.5F, 3)}); }

}  // namespace
}  // namespace pare
