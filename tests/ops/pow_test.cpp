#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Pow, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Pow", column<float>(4, 9), row<float>(2, 0.5F, -1),
                {16, 2, 0.25F, 81, 3, 1.0F / 9});
}

TEST(Pow, ResultHasTheTypeOfTheBase) {
  const Tensor y =
      run_op("Pow", {Tensor::of<std::int32_t>({2}, {2, 3}), Tensor::of<float>({1}, {3})})[0];
  EXPECT_EQ(y.kind(), ElementKind::i32);
  EXPECT_EQ(y.to_ints(), (Shape{8, 27}));
}

TEST(Pow, GradientMatchesCentralDifferences) {
  expect_gradient("Pow", {between({2, 3}, 0.5F, 2), between({3}, -2, 2)});
  expect_gradient("Pow", {noise({2, 3}), Tensor::of<float>({}, {3})}, {}, {.frozen = {1}});
  expect_gradient("Pow", {noise({2, 3}), Tensor::of<std::int64_t>({3}, {0, 1, 2})});
}

}  // namespace
}  // namespace pare
