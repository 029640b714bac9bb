#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(IsNaN, MarksThem) {
  const Tensor x = Tensor::of<float>({3}, {1, kNan, kInf});
  const Tensor y = run_op("IsNaN", {x})[0];
  EXPECT_EQ(y.kind(), ElementKind::boolean);
  expect_close(y, {0, 1, 0}, 0);
}

TEST(IsNaN, KeepsSymbolicShapesAndNeedsAnInput) {
  EXPECT_EQ(shape_text("IsNaN", {{Dim::symbol("N"), 2}}), "[N,2]");
  EXPECT_EQ(fault_of([] { run_unchecked("IsNaN", {Tensor()}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
