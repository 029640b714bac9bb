#include "ops/elementwise.hpp"

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

}  // namespace
}  // namespace pare
