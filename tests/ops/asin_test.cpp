#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Asin, PrincipalValues) {
  expect_unary("Asin", {-0.75F, -0.5F, 0, 0.25F, 0.875F},
               {-0.848062079F, -0.523598776F, 0, 0.252680255F, 1.06543582F});
}

TEST(Asin, GradientMatchesCentralDifferences) { expect_gradient("Asin", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
