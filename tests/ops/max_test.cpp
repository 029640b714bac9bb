#include "ops/elementwise.hpp"

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

}  // namespace
}  // namespace pare
