#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Mul, BroadcastsAndMatchesHandNumbers) {
  expect_binary("Mul", column<float>(7, -2), row<float>(2, 0.5F, -4), {14, 3.5F, -28, -4, -1, 8});
}

TEST(Mul, LargeIntegersStayExact) {
  const Tensor a = Tensor::of<std::int64_t>({1}, {3037000499});
  EXPECT_EQ(run_op("Mul", {a, a})[0].to_ints(), (Shape{9223372030926249001}));
}

}  // namespace
}  // namespace pare
