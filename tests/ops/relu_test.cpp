#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Relu, ZeroBelowZeroAndNanStays) {
  expect_unary("Relu", {-2.5F, 0, 0.25F, 3, kNan}, {0, 0, 0.25F, 3, kNan});
}

TEST(Relu, Integers) {
  const Tensor x = Tensor::of<std::int32_t>({3}, {-7, 0, 2147483647});
  EXPECT_EQ(run_op("Relu", {x})[0].to_ints(), (Shape{0, 0, 2147483647}));
}

TEST(Relu, GradientMatchesCentralDifferences) { expect_gradient("Relu", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
