#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Selu, PublishedConstants) {
  expect_unary("Selu", {-2, -0.75F, 0, 0.5F, 3},
               {-1.52016647F, -0.927632016F, 0, 0.525350494F, 3.15210296F});
}

TEST(Selu, AttributesChangeTheCurve) {
  expect_unary("Selu", {-1, 2}, {-3.79272335F, 6}, {{"alpha", 2.0F}, {"gamma", 3.0F}});
}

TEST(Selu, GradientMatchesCentralDifferences) { expect_gradient("Selu", {between({2, 3}, -2, 2)}); }

}  // namespace
}  // namespace pare
