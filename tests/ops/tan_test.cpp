#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Tan, Radians) {
  expect_unary("Tan", {-2, -0.75F, 0, 0.5F, 3},
               {2.18503986F, -0.93159646F, 0, 0.54630249F, -0.142546543F});
}

TEST(Tan, GradientMatchesCentralDifferences) { expect_gradient("Tan", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
