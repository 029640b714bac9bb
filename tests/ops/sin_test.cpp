#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Sin, Radians) {
  expect_unary("Sin", {-2, -0.75F, 0, 0.5F, 3},
               {-0.909297427F, -0.68163876F, 0, 0.479425539F, 0.141120008F});
}

TEST(Sin, GradientMatchesCentralDifferences) { expect_gradient("Sin", {between({2, 3}, -3, 3)}); }

}  // namespace
}  // namespace pare
