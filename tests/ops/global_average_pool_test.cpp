#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(GlobalAveragePool, MeanOfEveryPlane) {
  const Tensor x = Tensor::of<float>({1, 2, 2, 3}, {1, 2, 3, 4, 5, 6, -1, -1, -1, -1, -1, 11});
  const Tensor y = run_op("GlobalAveragePool", {x})[0];
  EXPECT_EQ(y.shape(), (Shape{1, 2, 1, 1}));
  expect_close(y, {3.5F, 1}, 0);
  expect_close(run_op("GlobalAveragePool", {ramp({2, 1, 4})})[0], {1.5F, 5.5F}, 0);
  expect_close(run_op("GlobalAveragePool", {ramp({1, 2, 2, 1, 2})})[0], {1.5F, 5.5F}, 0);
}

TEST(GlobalAveragePool, SumsOfNarrowFloatsAreExact) {
  Tensor x(ElementKind::f32, {1, 1, 4096});
  for (float& v : x.mutable_data<float>()) v = 1.5F;
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor y = run_op("GlobalAveragePool", {x.cast(dtype_of(kind))})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {1.5F}, 0);
  }
}

TEST(GlobalAveragePool, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("GlobalAveragePool", {{Dim::symbol("N"), 8, Dim::symbol("H"), 7}}),
            "[N,8,1,1]");
  EXPECT_EQ(fault_of([] { run_unchecked("GlobalAveragePool", {ramp({4})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { shape_text("GlobalAveragePool", {{4}}); }), Fault::corrupt);
}

TEST(GlobalAveragePool, GradientMatchesCentralDifferences) {
  expect_gradient("GlobalAveragePool", {noise({2, 2, 2, 3})});
  expect_gradient("GlobalAveragePool", {noise({2, 3})});
}

}  // namespace
}  // namespace pare
