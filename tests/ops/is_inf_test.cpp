#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(IsInf, MarksThem) {
  const Tensor x = Tensor::of<float>({4}, {-kInf, 1, kInf, kNan});
  const Tensor y = run_op("IsInf", {x})[0];
  EXPECT_EQ(y.kind(), ElementKind::boolean);
  expect_close(y, {1, 0, 1, 0}, 0);
  expect_close(run_op("IsInf", {x}, {{"detect_negative", std::int64_t{0}}})[0], {0, 0, 1, 0}, 0);
  expect_close(run_op("IsInf", {x}, {{"detect_positive", std::int64_t{0}}})[0], {1, 0, 0, 0}, 0);
}

TEST(IsInf, KeepsSymbolicShapesAndNeedsAnInput) {
  EXPECT_EQ(shape_text("IsInf", {{Dim::symbol("N"), 2}}), "[N,2]");
  EXPECT_EQ(fault_of([] { run_unchecked("IsInf", {Tensor()}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
