#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(SwiGLU, GatesTheSecondInput) {
  const Tensor a = Tensor::of<float>({2, 2}, {0, 1, -1, 3});
  const Tensor b = Tensor::of<float>({2, 2}, {5, 2, 2, -1});
  // sigmoid(1) = 0.7310585786, sigmoid(-1) = 0.2689414214, sigmoid(3) = 0.9525741268
  expect_close(run_op("SwiGLU", {a, b})[0], {0, 1.4621172F, -0.5378828F, -2.8577224F}, 2e-7F);
  // alpha 2: sigmoid(2) = 0.8807970780, sigmoid(-2) = 0.1192029220, sigmoid(6) = 0.9975273768
  expect_close(run_op("SwiGLU", {a, b}, {{"alpha", 2.0F}})[0],
               {0, 1.7615942F, -0.2384058F, -2.9925821F}, 2e-7F);
}

TEST(SwiGLU, ElementTypesSymbolsAndFarGates) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const DType type = dtype_of(kind);
    const Tensor y = run_op("SwiGLU", {Tensor::of<float>({2}, {0, 100}).cast(type),
                                       Tensor::of<float>({2}, {3, 0.25F}).cast(type)})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {0, 25}, 0);
  }
  expect_close(run_op("SwiGLU", {Tensor::of<float>({1}, {-1e4F}), ramp({1}, 1)})[0], {0}, 0);
  EXPECT_EQ(shape_text("SwiGLU", {{Dim::symbol("N"), 4}, {Dim::symbol("N"), 4}}), "[N,4]");
}

TEST(SwiGLU, OtherShapesAreCorrupt) {
  EXPECT_EQ(fault_of([] { run_unchecked("SwiGLU", {ramp({2, 2}), ramp({2})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { shape_text("SwiGLU", {{2, 3}, {2, 1}}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
