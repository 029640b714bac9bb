#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(HardSigmoid, LineBetweenZeroAndOne) {
  expect_unary("HardSigmoid", {-4, -2.5F, -1, 0, 1, 4}, {0, 0, 0.3F, 0.5F, 0.7F, 1});
}

TEST(HardSigmoid, AttributesChangeTheCurve) {
  expect_unary("HardSigmoid", {-1, 0.5F, 8}, {0, 0.5F, 1}, {{"alpha", 0.5F}, {"beta", 0.25F}});
}

TEST(HardSigmoid, GradientMatchesCentralDifferences) {
  expect_gradient("HardSigmoid", {between({12}, -4, 4)});
  expect_gradient("HardSigmoid", {between({12}, -4, 4)}, {{"alpha", 0.3F}, {"beta", 0.4F}});
}

}  // namespace
}  // namespace pare
