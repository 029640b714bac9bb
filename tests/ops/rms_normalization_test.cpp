#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(RmsNormalization, DividesByTheRootMeanSquare) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, 7, -3, 4});  // mean squares 25 and 12.5
  const Tensor s = Tensor::of<float>({2}, {1, 10});
  const Attributes exact = {{"epsilon", 0.0F}};
  const auto r = static_cast<float>(std::sqrt(12.5));
  expect_close(run_op("RMSNormalization", {x, s}, exact)[0], {0.2F, 14, -3 / r, 40 / r}, 2e-7F);
  // All of x together: mean square 18.75.
  const auto all = static_cast<float>(std::sqrt(18.75));
  expect_close(run_op("RMSNormalization", {x, s}, {{"axis", Int{0}}, {"epsilon", 0.0F}})[0],
               {1 / all, 70 / all, -3 / all, 40 / all}, 2e-7F);
  const Tensor zero(ElementKind::f32, {1, 2});
  expect_close(run_op("RMSNormalization", {zero, s})[0], {0, 0}, 0);
}

TEST(RmsNormalization, TheTypeOfTheScaleIsTheResults) {
  const Tensor x = Tensor::of<float>({2}, {3, 3}).cast(dtype_of(ElementKind::f16));
  const Tensor y =
      run_op("RMSNormalization", {x, Tensor::of<float>({2}, {1, 2})}, {{"epsilon", 0.0F}})[0];
  EXPECT_EQ(y.kind(), ElementKind::f32);
  expect_close(y, {1, 2}, 0);
}

TEST(RmsNormalization, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("RMSNormalization", {{Dim::symbol("N"), 8}, {8}}), "[N,8]");
  const auto fault = [](const Shape& s, Attributes a) {
    return fault_of([&] { run_unchecked("RMSNormalization", {ramp({2, 4}), ramp(s)}, a); });
  };
  EXPECT_EQ(fault({3}, {}), Fault::corrupt);
  EXPECT_EQ(fault({1, 2, 4}, {}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {{"axis", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault_of([] { shape_text("RMSNormalization", {{2, 8}, {7}}); }), Fault::corrupt);
}

TEST(RmsNormalization, GradientMatchesCentralDifferences) {
  expect_gradient("RMSNormalization", {noise({2, 3, 4}), noise({4}, 2)});
  expect_gradient("RMSNormalization", {noise({2, 3, 4}), noise({3, 1}, 2)},
                  {{"axis", Int{1}}, {"epsilon", 0.1F}});
}

}  // namespace
}  // namespace pare
