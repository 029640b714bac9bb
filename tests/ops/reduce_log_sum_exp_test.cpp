#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceLogSumExp, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceLogSumExp",
                {{4.16984602F, 3.0791997F}, {3.12692801F, 2.00091147F, 4.02975042F}, 4.45952554F});
}

TEST(ReduceLogSumExp, LargeInputsDoNotOverflow) {
  const Tensor x = Tensor::of<float>({2}, {1000, 1000});
  expect_close(run_op("ReduceLogSumExp", {x})[0], {1000 + std::log(2.0F)}, 1e-6F);
}

TEST(ReduceLogSumExp, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceLogSumExp", noise({2, 3, 2}));
}

}  // namespace
}  // namespace pare
