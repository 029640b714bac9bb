#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Mish, XTimesTanhOfSoftplus) {
  expect_unary("Mish", {-2, -0.75F, 0, 0.5F, 3},
               {-0.252501483F, -0.276494715F, 0, 0.375245211F, 2.986535F});
}

TEST(Mish, GradientMatchesCentralDifferences) { expect_gradient("Mish", {between({2, 3}, -3, 3)}); }

}  // namespace
}  // namespace pare
