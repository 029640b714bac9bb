#include "ops/quantized.hpp"

namespace pare {
namespace {

const Tensor kA = Tensor::of<float>({1, 2, 2}, {0, 1, -2, 100});
const Tensor kBias = Tensor::of<float>({2}, {1, -1});
const Tensor kScale = Tensor::of<float>({2}, {-0.5F, -2});
const Tensor kB = Tensor::of<float>({1, 2, 2}, {0, 1, -1, 3});

TEST(LinearAttentionGate, DecaysAndRates) {
  // log(1 + e) = 1.3132616875, log 2 = 0.6931471806, log(1 + 1 / e) = 0.3132616875
  const auto got = run_contrib("LinearAttentionGate", {kA, kBias, kScale, kB}, {}, 2);
  expect_close(got[0], {-0.6566308F, -1.3862944F, -0.1566308F, -198}, 2e-7F);
  expect_close(got[1], {0.5F, 0.7310586F, 0.2689414F, 0.9525741F}, 2e-7F);
  const Tensor half =
      run_contrib("LinearAttentionGate", {kA.cast(dtype_of(ElementKind::f16)), kBias, kScale})[0];
  EXPECT_EQ(half.kind(), ElementKind::f16);
  expect_close(half, {-0.6566308F, -1.3862944F, -0.1566308F, -198}, 0x1p-11F);
}

TEST(LinearAttentionGate, SymbolsAndWrongShapes) {
  const std::vector<ValueType> types = {
      typed(ElementKind::bf16, {Dim::symbol("B"), Dim::symbol("T"), 8}),
      typed(ElementKind::f32, {8}), typed(ElementKind::f32, {8}),
      typed(ElementKind::bf16, {Dim::symbol("B"), Dim::symbol("T"), 8})};
  for (const std::size_t output : {0U, 1U}) {
    EXPECT_EQ(to_string(infer_op("LinearAttentionGate", types, {}, output, kMicrosoft)), "[B,T,8]");
  }
  const auto run = [](const std::vector<Tensor>& inputs) {
    return fault_of([&] { run_contrib("LinearAttentionGate", inputs, {}, 2); });
  };
  EXPECT_EQ(run({kA, kBias, kScale}), Fault::corrupt);
  EXPECT_EQ(run({kA, noise({3}), kScale, kB}), Fault::corrupt);
  EXPECT_EQ(run({kA, kBias, noise({1}), kB}), Fault::corrupt);
  EXPECT_EQ(run({kA, kBias, kScale, noise({2, 2})}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
