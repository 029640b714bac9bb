#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceSum, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceSum", {{7, -1.5F}, {4, -3, 4.5F}, 5.5F});
}

TEST(ReduceSum, NoAxesCanMeanNothingToDo) {
  const Tensor x = ramp({2, 2});
  const Tensor y = run_op("ReduceSum", {x}, {{"noop_with_empty_axes", std::int64_t{1}}})[0];
  EXPECT_TRUE(identical(x, y));
}

TEST(ReduceSum, IntegersAreExact) {
  const Tensor x = Tensor::of<std::int64_t>({2}, {9007199254740993, 2});
  EXPECT_EQ(run_op("ReduceSum", {x})[0].to_ints(), (Shape{9007199254740995}));
}

TEST(ReduceSum, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceSum", noise({2, 3, 2}));
}

}  // namespace
}  // namespace pare
