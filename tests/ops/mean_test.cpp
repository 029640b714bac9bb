#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Mean, AveragesAnyNumberOfBroadcastInputs) {
  expect_binary("Mean", column<float>(7, -2), row<float>(2, 0.5F, -4),
                {4.5F, 3.75F, 1.5F, 0, -0.75F, -3});
  const auto one = [](float x) { return Tensor::of<float>({1}, {x}); };
  expect_close(run_op("Mean", {one(1), one(2), one(6)})[0], {3}, 0);
}

TEST(Mean, GradientMatchesCentralDifferences) {
  expect_gradient("Mean", {noise({2, 3}), noise({3}, 2), noise({2, 1}, 3)});
}

}  // namespace
}  // namespace pare
