#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Max, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Max", column<float>(7, -2), row<float>(2, 0.5F, -4), {7, 7, 7, 2, 0.5F, -2});
}

TEST(Max, TakesAnyNumberOfInputsAndNanWins) {
  const auto one = [](float x) { return Tensor::of<float>({1}, {x}); };
  expect_close(run_op("Max", {one(3), one(5), one(2)})[0], {5}, 0);
  expect_close(run_op("Max", {one(3), one(kNan), one(2)})[0], {kNan}, 0);
}

TEST(Max, GradientMatchesCentralDifferences) {
  expect_gradient("Max", {noise({2, 3}), noise({3}, 2), noise({2, 1}, 3)});
  expect_gradient("Max", {noise({5})});
}

}  // namespace
}  // namespace pare
