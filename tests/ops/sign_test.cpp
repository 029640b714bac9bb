#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Sign, MinusOneZeroOne) { expect_unary("Sign", {-2.5F, 0, 0.25F}, {-1, 0, 1}); }

TEST(Sign, UnsignedIntegersAreNeverNegative) {
  const Tensor x = Tensor::of<std::uint8_t>({3}, {0, 1, 255});
  EXPECT_EQ(run_op("Sign", {x})[0].to_ints(), (Shape{0, 1, 1}));
}

TEST(Sign, GradientMatchesCentralDifferences) { expect_gradient("Sign", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
