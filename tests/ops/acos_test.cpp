#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Acos, PrincipalValues) {
  expect_unary("Acos", {-0.75F, -0.5F, 0, 0.25F, 0.875F},
               {2.41885841F, 2.0943951F, 1.57079633F, 1.31811607F, 0.50536051F});
}

TEST(Acos, GradientMatchesCentralDifferences) { expect_gradient("Acos", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
