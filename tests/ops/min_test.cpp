#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Min, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Min", column<float>(7, -2), row<float>(2, 0.5F, -4), {2, 0.5F, -4, -2, -2, -4});
}

TEST(Min, TakesAnyNumberOfInputsAndNanWins) {
  const auto one = [](float x) { return Tensor::of<float>({1}, {x}); };
  expect_close(run_op("Min", {one(3), one(1), one(2)})[0], {1}, 0);
  expect_close(run_op("Min", {one(3), one(kNan), one(2)})[0], {kNan}, 0);
}

TEST(Min, GradientMatchesCentralDifferences) {
  expect_gradient("Min", {noise({2, 3}), noise({3}, 2), noise({2, 1}, 3)});
}

}  // namespace
}  // namespace pare
