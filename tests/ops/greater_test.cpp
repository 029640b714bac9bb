#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Greater, BroadcastsAndGivesTruth) {
  expect_binary("Greater", column<float>(1, 2), row<float>(0, 1, 2), {1, 0, 0, 1, 1, 0});
  const Tensor y = run_op("Greater", {column<std::int64_t>(1, 2), row<std::int64_t>(0, 1, 2)})[0];
  EXPECT_EQ(y.kind(), ElementKind::boolean);
}

TEST(Greater, NanComparesFalseAndLargeIntegersExactly) {
  const Tensor nan = Tensor::of<float>({1}, {kNan});
  expect_close(run_op("Greater", {nan, nan})[0], {0}, 0);
  const Tensor a = Tensor::of<std::int64_t>({1}, {9007199254740993});
  const Tensor b = Tensor::of<std::int64_t>({1}, {9007199254740992});
  expect_close(run_op("Greater", {a, b})[0], {1}, 0);
}

}  // namespace
}  // namespace pare
