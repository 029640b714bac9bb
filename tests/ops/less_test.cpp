#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Less, BroadcastsAndGivesTruth) {
  expect_binary("Less", column<float>(1, 2), row<float>(0, 1, 2), {0, 0, 1, 0, 0, 0});
  const Tensor y = run_op("Less", {column<std::int64_t>(1, 2), row<std::int64_t>(0, 1, 2)})[0];
  EXPECT_EQ(y.kind(), ElementKind::boolean);
}

TEST(Less, NanComparesFalseAndLargeIntegersExactly) {
  const Tensor nan = Tensor::of<float>({1}, {kNan});
  expect_close(run_op("Less", {nan, nan})[0], {0}, 0);
  const Tensor a = Tensor::of<std::int64_t>({1}, {9007199254740993});
  const Tensor b = Tensor::of<std::int64_t>({1}, {9007199254740992});
  expect_close(run_op("Less", {a, b})[0], {0}, 0);
}

}  // namespace
}  // namespace pare
