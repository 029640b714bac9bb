#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Exp, PowersOfE) {
  expect_unary("Exp", {-2, -0.75F, 0, 0.5F, 3},
               {0.135335283F, 0.472366553F, 1, 1.64872127F, 20.0855369F});
}

TEST(Exp, GradientMatchesCentralDifferences) { expect_gradient("Exp", {between({2, 3}, -2, 2)}); }

}  // namespace
}  // namespace pare
