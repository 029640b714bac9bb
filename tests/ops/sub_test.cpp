#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Sub, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Sub", column<float>(7, -2), row<float>(2, 0.5F, -4), {5, 6.5F, 11, -4, -2.5F, 2});
}

TEST(Sub, IntegersWrapAround) {
  const Tensor a = Tensor::of<std::uint8_t>({1}, {0});
  EXPECT_EQ(run_op("Sub", {a, Tensor::of<std::uint8_t>({1}, {1})})[0].to_ints(), (Shape{255}));
}

TEST(Sub, GradientMatchesCentralDifferences) {
  expect_gradient("Sub", {noise({2, 1, 3}), noise({4, 1}, 2)});
}

}  // namespace
}  // namespace pare
