#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Mul, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Mul", column<float>(7, -2), row<float>(2, 0.5F, -4), {14, 3.5F, -28, -4, -1, 8});
}

TEST(Mul, LargeIntegersStayExact) {
  const Tensor a = Tensor::of<std::int64_t>({1}, {3037000499});
  EXPECT_EQ(run_op("Mul", {a, a})[0].to_ints(), (Shape{9223372030926249001}));
}

TEST(Mul, GradientMatchesCentralDifferences) {
  expect_gradient("Mul", {noise({2, 1, 3}), noise({4, 1}, 2)});
  expect_gradient("Mul", {noise({2, 3}), noise({}, 2)});
}

}  // namespace
}  // namespace pare
