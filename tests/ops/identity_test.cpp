#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Identity, ReturnsItsInput) { expect_unary("Identity", {-2.5F, 0, 3}, {-2.5F, 0, 3}); }

TEST(Identity, TakesText) {
  const Tensor x = Tensor::of<std::string>({2}, {"a", "bc"});
  EXPECT_TRUE(identical(run_op("Identity", {x})[0], x));
}

TEST(Identity, GradientMatchesCentralDifferences) { expect_gradient("Identity", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
