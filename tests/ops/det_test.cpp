#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Det, KnownDeterminants) {
  const Tensor two = run_op("Det", {Tensor::of<float>({2, 2}, {0, 1, 2, 3})})[0];
  EXPECT_EQ(two.shape(), Shape{});
  expect_close(two, {-2}, 0);
  const Tensor batch = Tensor::of<float>({3, 2, 2}, {1, 2, 3, 4, 1, 2, 2, 1, 1, 3, 3, 1});
  expect_close(run_op("Det", {batch})[0], {-2, -3, -8}, 1e-7F);
  const Tensor three = Tensor::of<float>({3, 3}, {2, -3, 1, 2, 0, -1, 1, 4, 5});
  expect_close(run_op("Det", {three})[0], {49}, 1e-7F);
  expect_close(run_op("Det", {Tensor::of<float>({2, 2}, {1, 2, 2, 4})})[0], {0}, 0);
  expect_close(run_op("Det", {Tensor(ElementKind::f32, {0, 0})})[0], {1}, 0);
}

TEST(Det, ProductsMultiply) {
  const Tensor a = noise({4, 4}, 1);
  const Tensor b = noise({4, 4}, 2);
  const auto det = [](const Tensor& t) {
    return run_op("Det", {t.cast(dtype_of(ElementKind::f64))})[0].to_doubles()[0];
  };
  const Tensor wide =
      run_op("MatMul", {a.cast(dtype_of(ElementKind::f64)), b.cast(dtype_of(ElementKind::f64))})[0];
  EXPECT_NEAR(det(wide), det(a) * det(b), 1e-12);
}

TEST(Det, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("Det", {{Dim::symbol("N"), 3, 3}}), "[N]");
  EXPECT_EQ(fault_of([] { run_unchecked("Det", {ramp({2, 3})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_unchecked("Det", {ramp({2})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { shape_text("Det", {{2, 3}}); }), Fault::corrupt);
}

TEST(Det, GradientMatchesCentralDifferences) {
  expect_gradient("Det", {noise({2, 3, 3})});
  expect_gradient("Det", {noise({1, 1})});
  expect_gradient("Det", {Tensor::of<float>({3, 3}, {1, 2, 3, 2, 4, 6, 1, 0, 1})});
}

}  // namespace
}  // namespace pare
