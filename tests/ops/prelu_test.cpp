#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(PRelu, SlopeBelowZero) {
  expect_binary("PRelu", column<float>(7, -2), row<float>(2, 0.5F, -4), {7, 7, 7, -4, -1, 8});
}

TEST(PRelu, GradientMatchesCentralDifferences) {
  expect_gradient("PRelu", {noise({2, 3, 4}), noise({3, 1}, 2)});
  expect_gradient("PRelu", {noise({2, 3}), noise({1}, 2)});
}

}  // namespace
}  // namespace pare
