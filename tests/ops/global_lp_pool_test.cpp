#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(GlobalLpPool, NormsOfEveryPlane) {
  const Tensor x = Tensor::of<float>({1, 2, 2, 1}, {3, -4, 0, -2});
  const Tensor two = run_op("GlobalLpPool", {x})[0];
  EXPECT_EQ(two.shape(), (Shape{1, 2, 1, 1}));
  expect_close(two, {5, 2}, 0);
  expect_close(run_op("GlobalLpPool", {x}, {{"p", Int{1}}})[0], {7, 2}, 0);
  expect_close(run_op("GlobalLpPool", {x}, {{"p", Int{3}}})[0], {4.4979414F, 2},
               1e-7F);  // 91^(1/3)
}

TEST(GlobalLpPool, ElementTypesSymbolsAndRefusals) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor y =
        run_op("GlobalLpPool", {Tensor::of<float>({1, 1, 2}, {3, 4}).cast(dtype_of(kind))})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {5}, 0);
  }
  EXPECT_EQ(shape_text("GlobalLpPool", {{Dim::symbol("N"), 8, Dim::symbol("W")}}), "[N,8,1]");
  EXPECT_EQ(fault_of([] { run_unchecked("GlobalLpPool", {ramp({4})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_unchecked("GlobalLpPool", {ramp({1, 1, 2})}, {{"p", Int{0}}});
            }),
            Fault::corrupt);
}

TEST(GlobalLpPool, GradientMatchesCentralDifferences) {
  for (const Int p : {1, 2, 3}) expect_gradient("GlobalLpPool", {noise({2, 2, 2, 3})}, {{"p", p}});
}

}  // namespace
}  // namespace pare
