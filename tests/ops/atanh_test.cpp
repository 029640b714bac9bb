#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Atanh, Inverse) {
  expect_unary("Atanh", {-0.75F, -0.5F, 0, 0.25F, 0.875F},
               {-0.972955075F, -0.549306144F, 0, 0.255412812F, 1.3540251F});
}

TEST(Atanh, GradientMatchesCentralDifferences) {
  expect_gradient("Atanh", {between({2, 3}, -0.9F, 0.9F)});
}

}  // namespace
}  // namespace pare
