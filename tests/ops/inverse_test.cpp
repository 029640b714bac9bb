#include "ops/elementwise.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

TEST(Inverse, ByHand) {
  // [[0, 2], [4, 1]]: determinant -8; and 5
  expect_close(run_contrib("Inverse", {Tensor::of<float>({2, 2}, {0, 2, 4, 1})})[0],
               {-0.125F, 0.25F, 0.5F, 0}, 0);
  expect_close(run_contrib("Inverse", {Tensor::of<float>({1, 1}, {5})})[0], {0.2F}, 0);
}

TEST(Inverse, TimesTheMatrixIsOne) {
  for (const ElementKind kind : {ElementKind::f32, ElementKind::f64}) {
    const Tensor x = noise({3, 4, 4}, 1).cast(dtype_of(kind));
    const Tensor y = run_contrib("Inverse", {x})[0];
    EXPECT_EQ(y.kind(), kind);
    const std::vector<double> a = x.to_doubles();
    const std::vector<double> b = y.to_doubles();
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t m = i / 16 * 16;
      const std::size_t r = i % 16 / 4;
      double sum = 0;
      for (std::size_t k = 0; k < 4; ++k) sum += a[m + r * 4 + k] * b[m + k * 4 + i % 4];
      EXPECT_NEAR(sum, r == i % 4 ? 1 : 0, 1e-5) << i;
    }
  }
}

TEST(Inverse, SymbolsNothingAndWrongShapes) {
  EXPECT_EQ(to_string(infer_op("Inverse", {typed(ElementKind::f32, {Dim::symbol("N"), 4, 4})}, {},
                               0, kMicrosoft)),
            "[N,4,4]");
  EXPECT_EQ(run_contrib("Inverse", {Tensor(ElementKind::f32, {2, 0, 0})})[0].shape(),
            (Shape{2, 0, 0}));
  const Tensor singular = run_contrib("Inverse", {Tensor::of<float>({2, 2}, {1, 1, 1, 1})})[0];
  EXPECT_FALSE(std::isfinite(singular.data<float>()[0]));
  EXPECT_EQ(fault_of([] { run_contrib("Inverse", {ramp({2, 3})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_contrib("Inverse", {ramp({4})}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
