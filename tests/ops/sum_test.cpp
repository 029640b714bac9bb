#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Sum, AddsAnyNumberOfBroadcastInputs) {
  expect_binary("Sum", column<float>(7, -2), row<float>(2, 0.5F, -4), {9, 7.5F, 3, 0, -1.5F, -6});
  const auto one = [](float x) { return Tensor::of<float>({1}, {x}); };
  expect_close(run_op("Sum", {one(1), one(2), one(4)})[0], {7}, 0);
}

TEST(Sum, GradientMatchesCentralDifferences) {
  expect_gradient("Sum", {noise({2, 3}), noise({3}, 2), noise({2, 1}, 3)});
}

}  // namespace
}  // namespace pare
