#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(LpNormalization, DividesByTheNorm) {
  const Tensor x = Tensor::of<float>({2, 2}, {3, -4, 0, 5});
  expect_close(run_op("LpNormalization", {x})[0], {0.6F, -0.8F, 0, 1}, 1e-7F);
  expect_close(run_op("LpNormalization", {x}, {{"p", Int{1}}})[0], {3.0F / 7, -4.0F / 7, 0, 1},
               1e-7F);
  expect_close(run_op("LpNormalization", {x}, {{"axis", Int{0}}, {"p", Int{1}}})[0],
               {1, -4.0F / 9, 0, 5.0F / 9}, 1e-7F);
  expect_close(run_op("LpNormalization", {Tensor(ElementKind::f32, {1, 2})})[0], {0, 0}, 0);
}

TEST(LpNormalization, ElementTypesSymbolsAndRefusals) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor x = Tensor::of<float>({2}, {0, -8}).cast(dtype_of(kind));
    const Tensor y = run_op("LpNormalization", {x})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {0, -1}, 0);
  }
  EXPECT_EQ(shape_text("LpNormalization", {{Dim::symbol("N"), 4}}), "[N,4]");
  EXPECT_EQ(fault_of([] {
              run_unchecked("LpNormalization", {ramp({2})}, {{"axis", Int{1}}});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_unchecked("LpNormalization", {ramp({2})}, {{"p", Int{3}}});
            }),
            Fault::corrupt);
}

TEST(LpNormalization, GradientMatchesCentralDifferences) {
  for (const Int p : {1, 2}) {
    expect_gradient("LpNormalization", {noise({2, 3, 2})}, {{"p", p}, {"axis", Int{1}}});
    expect_gradient("LpNormalization", {noise({2, 3})}, {{"p", p}});
  }
}

}  // namespace
}  // namespace pare
