#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Neg, ChangesTheSign) { expect_unary("Neg", {-2.5F, 0, 3}, {2.5F, 0, -3}); }

TEST(Neg, LargeIntegersStayExactAndTheLeastWraps) {
  const Tensor x = Tensor::of<std::int64_t>({1}, {9007199254740993});
  EXPECT_EQ(run_op("Neg", {x})[0].to_ints(), (Shape{-9007199254740993}));
  EXPECT_EQ(run_op("Neg", {Tensor::of<std::int8_t>({1}, {-128})})[0].to_ints(), (Shape{-128}));
}

TEST(Neg, GradientMatchesCentralDifferences) { expect_gradient("Neg", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
