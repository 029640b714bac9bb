#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Add, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Add", column<float>(7, -2), row<float>(2, 0.5F, -4), {9, 7.5F, 3, 0, -1.5F, -6});
}

TEST(Add, IntegersWrapAround) {
  const Tensor a = Tensor::of<std::int8_t>({1}, {127});
  EXPECT_EQ(run_op("Add", {a, Tensor::of<std::int8_t>({1}, {1})})[0].to_ints(), (Shape{-128}));
}

}  // namespace
}  // namespace pare
