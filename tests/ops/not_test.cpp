#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Not, TurnsTruthOver) {
  const Tensor y = run_op("Not", {Tensor::of<bool>({2}, {true, false})})[0];
  EXPECT_EQ(y.kind(), ElementKind::boolean);
  expect_close(y, {0, 1}, 0);
}

TEST(Not, KeepsSymbolicShapesAndNeedsAnInput) {
  EXPECT_EQ(shape_text("Not", {{Dim::symbol("N"), 2}}, {}, ElementKind::boolean), "[N,2]");
  EXPECT_EQ(fault_of([] { run_unchecked("Not", {Tensor()}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
