#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Acosh, Inverse) {
  expect_unary("Acosh", {1, 1.5F, 2, 4, 16},
               {0, 0.96242365F, 1.3169579F, 2.06343707F, 3.46475791F});
}

TEST(Acosh, GradientMatchesCentralDifferences) {
  expect_gradient("Acosh", {between({2, 3}, 1.5F, 3)});
}

}  // namespace
}  // namespace pare
