#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Transpose, ReversesByDefaultAndFollowsPerm) {
  expect_close(run_op("Transpose", {ramp({2, 3})})[0], {0, 3, 1, 4, 2, 5}, 0);
  const Tensor y = run_op("Transpose", {ramp({2, 1, 3})}, {{"perm", Shape{1, 2, 0}}})[0];
  EXPECT_EQ(y.shape(), (Shape{1, 3, 2}));
  expect_close(y, {0, 3, 1, 4, 2, 5}, 0);
}

TEST(Transpose, MovesPackedIntegers) {
  Tensor x(ElementKind::i4, {2, 3});
  x = Tensor::of<float>({2, 3}, {-8, 1, 2, 3, 4, 7}).cast(dtype_of(ElementKind::i4));
  EXPECT_EQ(run_op("Transpose", {x})[0].to_ints(), (Shape{-8, 3, 1, 4, 2, 7}));
}

TEST(Transpose, SymbolsMoveAlongAndOtherPermutationsAreCorrupt) {
  const SymShape x = {Dim::symbol("N"), 3, Dim::symbol("W")};
  EXPECT_EQ(shape_text("Transpose", {x}, {{"perm", Shape{2, 0, 1}}}), "[W,N,3]");
  for (const Shape& bad : {Shape{0, 0}, Shape{0}, Shape{0, 2}}) {
    EXPECT_EQ(fault_of([&] {
                run_op("Transpose", {ramp({2, 3})}, {{"perm", bad}});
              }),
              Fault::corrupt);
  }
}

TEST(Transpose, GradientMatchesCentralDifferences) {
  expect_gradient("Transpose", {noise({2, 3, 4})});
  expect_gradient("Transpose", {noise({2, 3, 4})}, {{"perm", Ints{1, 2, 0}}});
}

}  // namespace
}  // namespace pare
