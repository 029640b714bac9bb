#include "ops/quantized.hpp"

namespace pare {
namespace {

TEST(BiasAdd, AddsBoth) {
  const Tensor x = Tensor::of<float>({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor bias = Tensor::of<float>({3}, {10, 20, 30});
  const Tensor skip = Tensor::of<float>({1, 2, 3}, {0.5F, 0, 0, 0, 0, -1});
  for (const ElementKind kind : {ElementKind::f32, ElementKind::f16}) {
    const DType type = dtype_of(kind);
    const Tensor y = run_contrib("BiasAdd", {x.cast(type), bias.cast(type), skip.cast(type)})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {11.5F, 22, 33, 14, 25, 35}, 0);
  }
}

TEST(BiasAdd, SymbolsAndWrongShapes) {
  const auto f = [](SymShape shape) { return typed(ElementKind::f16, std::move(shape)); };
  const Dim n = Dim::symbol("N");
  EXPECT_EQ(to_string(infer_op("BiasAdd", {f({n, 64, 320}), f({320}), f({n, 64, 320})}, {}, 0,
                               kMicrosoft)),
            "[N,64,320]");
  const auto run = [](const Shape& x, const Shape& bias, const Shape& skip) {
    return fault_of([&] { run_contrib("BiasAdd", {noise(x), noise(bias), noise(skip)}); });
  };
  EXPECT_EQ(run({2, 3}, {2}, {2, 3}), Fault::corrupt);
  EXPECT_EQ(run({2, 3}, {3}, {1, 3}), Fault::corrupt);
  EXPECT_EQ(run({}, {1}, {}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
