#include "ops/quantized.hpp"

namespace pare {
namespace {

const Tensor kGamma = Tensor::of<float>({4}, {1, 2, 1, -3});
const Tensor kBeta = Tensor::of<float>({4}, {0, 1, 10, 0});

Attributes options(Int groups, Int activation, Int channels_last) {
  return {{"groups", groups},
          {"activation", activation},
          {"channels_last", channels_last},
          {"epsilon", 0.0F}};
}

/// Group 0: 1, 3, 5, 7 (mean 4, variance 5); group 1: 2, 2, 6, 6 (mean 4, variance 4).
const Tensor kPlanes = Tensor::of<float>({1, 4, 1, 2}, {1, 3, 5, 7, 2, 2, 6, 6});
const Tensor kPixels = Tensor::of<float>({1, 1, 2, 4}, {1, 5, 2, 6, 3, 7, 2, 6});
const float kRoot = static_cast<float>(1 / std::sqrt(5.0));

TEST(GroupNorm, BothLayouts) {
  expect_close(run_contrib("GroupNorm", {kPlanes, kGamma, kBeta}, options(2, 0, 0))[0],
               {-3 * kRoot, -kRoot, 1 + 2 * kRoot, 1 + 6 * kRoot, 9, 9, -3, -3}, 2e-7F);
  const std::vector<float> pixels = {-3 * kRoot, 1 + 2 * kRoot, 9, -3,
                                     -kRoot,     1 + 6 * kRoot, 9, -3};
  expect_close(run_contrib("GroupNorm", {kPixels, kGamma, kBeta}, options(2, 0, 1))[0], pixels,
               2e-7F);
  const DType half = dtype_of(ElementKind::f16);
  const Tensor y =
      run_contrib("GroupNorm", {kPixels.cast(half), kGamma, kBeta}, options(2, 0, 1))[0];
  EXPECT_EQ(y.kind(), ElementKind::f16);
  expect_close(y, pixels, 0x1p-11F);
}

TEST(GroupNorm, ActivationFollows) {
  const auto silu = [](float x) { return x / (1 + std::exp(-x)); };
  expect_close(run_contrib("GroupNorm", {kPlanes, kGamma, kBeta}, options(2, 1, 0))[0],
               {silu(-3 * kRoot), silu(-kRoot), silu(1 + 2 * kRoot), silu(1 + 6 * kRoot), silu(9),
                silu(9), silu(-3), silu(-3)},
               1e-6F);
}

TEST(GroupNorm, SymbolsAndRefusals) {
  const auto f = [](SymShape shape) { return typed(ElementKind::f16, std::move(shape)); };
  EXPECT_EQ(to_string(infer_op("GroupNorm", {f({Dim::symbol("N"), 8, 8, 320}), f({320}), f({320})},
                               {{"groups", Int{32}}, {"activation", Int{0}}}, 0, kMicrosoft)),
            "[N,8,8,320]");
  const auto run = [](const Tensor& x, const Shape& gamma, const Attributes& attributes) {
    return fault_of([&] { run_contrib("GroupNorm", {x, noise(gamma), noise({4})}, attributes); });
  };
  EXPECT_EQ(run(kPixels, {3}, options(2, 0, 1)), Fault::corrupt);
  EXPECT_EQ(run(kPixels, {4}, options(3, 0, 1)), Fault::corrupt);
  EXPECT_EQ(run(kPixels, {4}, options(0, 0, 1)), Fault::corrupt);
  EXPECT_EQ(run(kPixels, {4}, options(2, 2, 1)), Fault::corrupt);
  EXPECT_EQ(run(noise({1, 4}), {4}, options(2, 0, 1)), Fault::corrupt);
}

}  // namespace
}  // namespace pare
