#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Add, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Add", column<float>(7, -2), row<float>(2, 0.5F, -4), {9, 7.5F, 3, 0, -1.5F, -6});
}

TEST(Add, IntegersWrapAround) {
  const Tensor a = Tensor::of<std::int8_t>({1}, {127});
  EXPECT_EQ(run_op("Add", {a, Tensor::of<std::int8_t>({1}, {1})})[0].to_ints(), (Shape{-128}));
}

TEST(Add, GradientMatchesCentralDifferences) {
  expect_gradient("Add", {noise({2, 3}), noise({2, 3}, 2)});
  expect_gradient("Add", {noise({2, 1, 3}), noise({4, 1}, 2)});
  expect_gradient("Add", {noise({}), noise({2, 2}, 2)});
}

}  // namespace
}  // namespace pare
