#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Erf, ErrorFunction) {
  expect_unary("Erf", {-2, -0.75F, 0, 0.5F, 3},
               {-0.995322265F, -0.711155634F, 0, 0.520499878F, 0.99997791F});
}

TEST(Erf, GradientMatchesCentralDifferences) { expect_gradient("Erf", {between({2, 3}, -2, 2)}); }

}  // namespace
}  // namespace pare
