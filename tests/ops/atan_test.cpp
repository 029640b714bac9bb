#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Atan, PrincipalValues) {
  expect_unary("Atan", {-2, -0.75F, 0, 0.5F, 3},
               {-1.10714872F, -0.643501109F, 0, 0.463647609F, 1.24904577F});
}

TEST(Atan, GradientMatchesCentralDifferences) { expect_gradient("Atan", {between({2, 3}, -3, 3)}); }

}  // namespace
}  // namespace pare
