#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(InstanceNormalization, EveryPlaneByItself) {
  const Tensor x = noise({2, 3, 2, 5}, 1);
  const Tensor s = Tensor::of<float>({3}, {1, -2, 0.5F});
  const Tensor b = Tensor::of<float>({3}, {0, 1, 3});
  const std::vector<double> in = x.to_doubles();
  std::vector<float> want;
  for (std::size_t plane = 0; plane < 6; ++plane) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < 10; ++i) {
      sum += in.at(plane * 10 + i);
      squares += in.at(plane * 10 + i) * in.at(plane * 10 + i);
    }
    const double root = std::sqrt(squares / 10 - sum / 10 * (sum / 10) + 0.25);
    for (std::size_t i = 0; i < 10; ++i) {
      const double v = (in.at(plane * 10 + i) - sum / 10) / root;
      want.push_back(static_cast<float>(v * s.to_doubles()[plane % 3] + b.to_doubles()[plane % 3]));
    }
  }
  expect_close(run_op("InstanceNormalization", {x, s, b}, {{"epsilon", 0.25F}})[0], want, 3e-7F);
}

TEST(InstanceNormalization, PublishedExample) {
  const Tensor x = Tensor::of<float>({1, 2, 1, 3}, {-1, 0, 1, 2, 3, 4});
  const Tensor s = Tensor::of<float>({2}, {1, 1.5F});
  const Tensor b = Tensor::of<float>({2}, {0, 1});
  // 1 / sqrt(2 / 3 + 1e-5) = 1.2247357
  expect_close(run_op("InstanceNormalization", {x, s, b})[0],
               {-1.2247357F, 0, 1.2247357F, -0.8371035F, 1, 2.8371035F}, 2e-7F);
}

TEST(InstanceNormalization, LargeMeansLoseNothing) {
  const Tensor x = Tensor::of<float>({1, 1, 2}, {16777214, 16777216});  // mean 2^24 - 1, variance 1
  const Tensor one = Tensor::of<float>({1}, {1});
  const Tensor zero = Tensor::of<float>({1}, {0});
  expect_close(run_op("InstanceNormalization", {x, one, zero}, {{"epsilon", 0.0F}})[0], {-1, 1}, 0);
}

TEST(InstanceNormalization, ElementTypesSymbolsAndRefusals) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const DType type = dtype_of(kind);
    const Tensor x = Tensor::of<float>({1, 1, 2}, {3, 5}).cast(type);
    const Tensor one = Tensor::of<float>({1}, {2}).cast(type);
    const Tensor y = run_op("InstanceNormalization", {x, one, one}, {{"epsilon", 0.0F}})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {0, 4}, 0);
  }
  EXPECT_EQ(
      shape_text("InstanceNormalization", {{Dim::symbol("N"), 3, Dim::symbol("H"), 2}, {3}, {3}}),
      "[N,3,H,2]");
  const auto fault = [](const Shape& x, const Shape& s, const Shape& b) {
    return fault_of([&] { run_unchecked("InstanceNormalization", {ramp(x), ramp(s), ramp(b)}); });
  };
  EXPECT_EQ(fault({1, 2, 3}, {3}, {2}), Fault::corrupt);
  EXPECT_EQ(fault({1, 2, 3}, {2}, {1}), Fault::corrupt);
  EXPECT_EQ(fault({1, 2, 3}, {2, 1}, {2}), Fault::corrupt);
  EXPECT_EQ(fault({2}, {2}, {2}), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              shape_text("InstanceNormalization", {{1, 2, 3}, {3}, {2}});
            }),
            Fault::corrupt);
}

TEST(InstanceNormalization, GradientMatchesCentralDifferences) {
  expect_gradient("InstanceNormalization", {noise({2, 3, 2, 2}), noise({3}, 2), noise({3}, 3)},
                  {{"epsilon", 0.01F}});
  expect_gradient("InstanceNormalization", {noise({2, 2, 5}), noise({2}, 2), noise({2}, 3)});
}

}  // namespace
}  // namespace pare
