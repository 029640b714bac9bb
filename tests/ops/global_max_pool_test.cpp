#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(GlobalMaxPool, GreatestOfEveryPlane) {
  const Tensor x = Tensor::of<float>({1, 2, 2, 2}, {1, 7, 3, 4, -5, -2, -3, -4});
  const Tensor y = run_op("GlobalMaxPool", {x})[0];
  EXPECT_EQ(y.shape(), (Shape{1, 2, 1, 1}));
  expect_close(y, {7, -2}, 0);
  expect_close(run_op("GlobalMaxPool", {ramp({2, 1, 4})})[0], {3, 7}, 0);
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor z = run_op("GlobalMaxPool", {x.cast(dtype_of(kind))})[0];
    EXPECT_EQ(z.kind(), kind);
    expect_close(z, {7, -2}, 0);
  }
}

TEST(GlobalMaxPool, NotANumberWins) {
  expect_close(run_op("GlobalMaxPool", {Tensor::of<float>({1, 1, 3}, {1, kNan, 2})})[0], {kNan}, 0);
  expect_close(run_op("GlobalMaxPool", {Tensor::of<float>({1, 1, 2}, {-kInf, -kInf})})[0], {-kInf},
               0);
}

TEST(GlobalMaxPool, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("GlobalMaxPool", {{Dim::symbol("N"), 8, Dim::symbol("W")}}), "[N,8,1]");
  EXPECT_EQ(fault_of([] { run_unchecked("GlobalMaxPool", {ramp({4})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { shape_text("GlobalMaxPool", {{4}}); }), Fault::corrupt);
}

TEST(GlobalMaxPool, GradientMatchesCentralDifferences) {
  expect_gradient("GlobalMaxPool", {noise({2, 2, 2, 3})});
  expect_gradient("GlobalMaxPool", {noise({2, 3})});
}

}  // namespace
}  // namespace pare
