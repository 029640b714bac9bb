#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Sinh, HyperbolicSine) {
  expect_unary("Sinh", {-2, -0.75F, 0, 0.5F, 3},
               {-3.62686041F, -0.822316732F, 0, 0.521095305F, 10.0178749F});
}

TEST(Sinh, GradientMatchesCentralDifferences) { expect_gradient("Sinh", {between({2, 3}, -2, 2)}); }

}  // namespace
}  // namespace pare
