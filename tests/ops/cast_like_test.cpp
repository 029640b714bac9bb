#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(CastLike, TakesTheTypeOfTheSecondInput) {
  const Tensor like(ElementKind::i8, {5});
  const Tensor y = run_op("CastLike", {Tensor::of<float>({2}, {-1.5F, 3}), like})[0];
  EXPECT_EQ(y.kind(), ElementKind::i8);
  EXPECT_EQ(y.to_ints(), (Shape{-1, 3}));
}

TEST(CastLike, KeepsSymbolicShapesAndNeedsBothInputs) {
  EXPECT_EQ(shape_text("CastLike", {{Dim::symbol("N"), 2}, {1}}), "[N,2]");
  EXPECT_EQ(fault_of([] { run_unchecked("CastLike", {ramp({1}), Tensor()}); }), Fault::corrupt);
}

TEST(CastLike, GradientMatchesCentralDifferences) {
  expect_gradient("CastLike", {noise({2, 3}), Tensor::of<double>({}, {0})}, {}, {.frozen = {1}});
}

}  // namespace
}  // namespace pare
