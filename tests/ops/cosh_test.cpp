#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Cosh, HyperbolicCosine) {
  expect_unary("Cosh", {-2, -0.75F, 0, 0.5F, 3},
               {3.76219569F, 1.29468328F, 1, 1.12762597F, 10.067662F});
}

TEST(Cosh, GradientMatchesCentralDifferences) { expect_gradient("Cosh", {between({2, 3}, -2, 2)}); }

}  // namespace
}  // namespace pare
