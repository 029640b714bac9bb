#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Div, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Div", column<float>(7, -2), row<float>(2, 0.5F, -4),
                {3.5F, 14, -1.75F, -1, -4, 0.5F});
}

TEST(Div, IntegersTruncateTowardsZero) {
  const Tensor y = run_op("Div", {column<std::int32_t>(7, -7), row<std::int32_t>(2, -2, 7)})[0];
  EXPECT_EQ(y.to_ints(), (Shape{3, -3, 1, -3, 3, -1}));
}

TEST(Div, IntegerDivisionByZeroIsCorruptAndTheLeastByMinusOneWraps) {
  const Tensor least = Tensor::of<std::int8_t>({1}, {-128});
  EXPECT_EQ(run_op("Div", {least, Tensor::of<std::int8_t>({1}, {-1})})[0].to_ints(), (Shape{-128}));
  EXPECT_EQ(fault_of([&] {
              run_op("Div", {least, Tensor::of<std::int8_t>({1}, {0})});
            }),
            Fault::corrupt);
}

TEST(Div, GradientMatchesCentralDifferences) {
  expect_gradient("Div", {noise({2, 1, 3}), between({4, 1}, 0.5F, 2)});
}

}  // namespace
}  // namespace pare
