#include "ops/quantized.hpp"

namespace pare {
namespace {

TEST(BiasSplitGelu, TheRightHalfGatesTheLeft) {
  // gelu(1) = 0.8413447461, gelu(-1) = -0.1586552539, gelu(2) = 1.9544997361
  const Tensor x = Tensor::of<float>({2, 4}, {1, 2, 0.5F, -0.5F, 3, -4, 1.5F, -1});
  const Tensor bias = Tensor::of<float>({4}, {1, -1, 0.5F, -0.5F});
  // left of row 0: 2, 1; right: 1, -1; of row 1: 4, -5; 2, -1.5 (gelu -0.1002108)
  expect_close(run_contrib("BiasSplitGelu", {x, bias})[0],
               {1.6826895F, -0.1586553F, 7.8179989F, 0.5010540F}, 1e-6F);
}

TEST(BiasSplitGelu, ElementTypesSymbolsAndWrongShapes) {
  const DType half = dtype_of(ElementKind::f16);
  const Tensor y = run_contrib("BiasSplitGelu", {Tensor::of<float>({1, 2}, {4, 10}).cast(half),
                                                 Tensor::of<float>({2}, {0, 0}).cast(half)})[0];
  EXPECT_EQ(y.kind(), ElementKind::f16);
  expect_close(y, {40}, 0);
  const auto f = [](SymShape shape) { return typed(ElementKind::f32, std::move(shape)); };
  EXPECT_EQ(to_string(infer_op("BiasSplitGelu", {f({Dim::symbol("N"), 64, 2560}), f({2560})}, {}, 0,
                               kMicrosoft)),
            "[N,64,1280]");
  const auto run = [](const Shape& x, const Shape& bias) {
    return fault_of([&] { run_contrib("BiasSplitGelu", {noise(x), noise(bias)}); });
  };
  EXPECT_EQ(run({2, 3}, {3}), Fault::corrupt);
  EXPECT_EQ(run({2, 4}, {2}), Fault::corrupt);
  EXPECT_EQ(run({}, {1}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
