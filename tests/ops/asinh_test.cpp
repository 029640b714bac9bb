#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Asinh, Inverse) {
  expect_unary("Asinh", {-2, -0.75F, 0, 0.5F, 3},
               {-1.44363548F, -0.693147181F, 0, 0.481211825F, 1.81844646F});
}

TEST(Asinh, GradientMatchesCentralDifferences) {
  expect_gradient("Asinh", {between({2, 3}, -3, 3)});
}

}  // namespace
}  // namespace pare
