// Operators of com.microsoft: the reference kernels against ONNX Runtime, which defines them.

#include "targets/ort_ops.hpp"

namespace pare {
namespace {

using enum ElementKind;

class ContribOps : public OrtOps {};

/// A tensor of codes, its scale and its zero point.
std::vector<Tensor> coded(const Tensor& t, float scale, int zero) {
  return {t, one_float(scale), one_code(t.kind(), zero)};
}
std::vector<Tensor> scale_of(float scale, ElementKind kind, int zero) {
  return {one_float(scale), one_code(kind, zero)};
}

TEST_P(ContribOps, QuantizedElementwise) {
  const auto a = coded(code_noise(u8, {2, 3, 5}, 1), 0.0213F, 120);
  const auto b = coded(code_noise(u8, {3, 5}, 2), 0.0371F, 131);
  expect_same({"QLinearAdd", a + b + scale_of(0.05F, u8, 99)});
  expect_same({"QLinearMul", a + b + scale_of(0.07F, u8, 99)});
  expect_same({"QLinearSigmoid", a + scale_of(0.0039F, u8, 0)});
  expect_same({"QLinearLeakyRelu", a + scale_of(0.02F, u8, 90), {{"alpha", 0.2F}}});
  expect_same(
      {"QLinearSoftmax", a + scale_of(0.0039F, u8, 0), {{"axis", Int{1}}, {"opset", Int{13}}}});
  expect_same(
      {"QLinearSoftmax", a + scale_of(0.0039F, u8, 0), {{"axis", Int{1}}, {"opset", Int{11}}}});
  expect_same({"QLinearConcat",
               scale_of(0.05F, u8, 100) + a + coded(code_noise(u8, {2, 2, 5}, 3), 0.04F, 7),
               {{"axis", Int{1}}},
               2});
  const Tensor mask = Tensor::of<bool>({3, 1}, {true, false, true});
  expect_same(
      {"QLinearWhere", std::vector<Tensor>{mask} + a + b + scale_of(0.05F, u8, 100), {}, 1});
}

TEST_P(ContribOps, QuantizedPools) {
  const auto x = coded(code_noise(u8, {1, 3, 6, 7}, 1), 0.0213F, 120);
  for (const Int padding : {0, 1}) {
    expect_same({"QLinearAveragePool",
                 x + scale_of(0.02F, u8, 110),
                 {{"kernel_shape", Ints{3, 2}},
                  {"strides", Ints{2, 2}},
                  {"pads", Ints{1, 0, 1, 1}},
                  {"count_include_pad", padding}}});
  }
  expect_same({"QLinearAveragePool",
               x + scale_of(0.02F, u8, 110),
               {{"kernel_shape", Ints{2, 2}}, {"channels_last", Int{1}}}});
  expect_same({"QLinearGlobalAveragePool", x + scale_of(0.01F, u8, 110)});
  expect_same(
      {"QLinearGlobalAveragePool", x + scale_of(0.01F, u8, 110), {{"channels_last", Int{1}}}});
  expect_same(
      {"NhwcMaxPool",
       {x[0]},
       {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 0, 0}}}});
}

TEST_P(ContribOps, QuantizedProducts) {
  const auto a = coded(code_noise(u8, {2, 4, 6}, 1), 0.0213F, 120);
  const Tensor b = code_noise(i8, {6, 3}, 2);
  const std::vector<Tensor> columns = {b, ramp({3}, 0.01F, 0.005F), codes(i8, {3}, {0, 0, 0})};
  expect_same({"QLinearMatMul", a + columns + scale_of(0.3F, u8, 128), {}, 0, 1, ""});
  expect_same({"MatMulIntegerToFloat", {a[0], b, a[1], columns[1], a[2], columns[2], noise({3})}});
  expect_same({"DynamicQuantizeMatMul", {noise({2, 4, 6}), b, columns[1], columns[2], noise({3})}});
  const auto flat = coded(code_noise(u8, {4, 6}, 3), 0.0213F, 120);
  const std::vector<Tensor> c = {Tensor::of<std::int32_t>({3}, {100, -2000, 300})};
  expect_same({"QGemm", flat + columns + c + scale_of(0.3F, u8, 128)});
  expect_same({"QGemm",
               flat + std::vector<Tensor>{code_noise(i8, {3, 6}, 4), columns[1], columns[2]} + c,
               {{"transB", Int{1}}, {"alpha", 0.5F}}});
  const auto x = coded(code_noise(u8, {1, 4, 6, 5}, 5), 0.0213F, 120);
  const std::vector<Tensor> w = {code_noise(i8, {6, 2, 3, 3}, 6), ramp({6}, 0.01F, 0.002F),
                                 codes(i8, {6}, {0, 0, 0, 0, 0, 0})};
  const std::vector<Tensor> bias = {Tensor::of<std::int32_t>({6}, {100, -2000, 300, 0, 7, 9000})};
  const Attributes conv = {{"group", Int{2}}, {"pads", Ints{1, 1, 1, 1}}};
  expect_same({"QLinearConv", x + w + scale_of(0.2F, u8, 100) + bias, conv, 0, 1, ""});
}

TEST_P(ContribOps, FusedProducts) {
  const Tensor x = noise({1, 4, 6, 5}, 1);
  const Tensor w = noise({6, 4, 3, 3}, 2);
  const auto conv = [&](const std::string& name, std::vector<float> params, const Tensor& z) {
    Attributes attributes = {{"activation", name}, {"pads", Ints{1, 1, 1, 1}}};
    if (!params.empty()) attributes.emplace("activation_params", std::move(params));
    expect_same({"FusedConv", {x, w, noise({6}, 3), z}, attributes});
  };
  conv("Relu", {}, noise({1, 6, 6, 5}, 4));
  conv("LeakyRelu", {0.1F}, {});
  conv("Clip", {-0.5F, 0.75F}, {});
  conv("HardSigmoid", {0.1F, 0.6F}, {});
  expect_same({"FusedGemm",
               {noise({4, 6}), noise({3, 6}, 2), noise({3}, 3)},
               {{"transB", Int{1}},
                {"alpha", 0.5F},
                {"beta", 2.0F},
                {"activation", std::string("LeakyRelu")},
                {"activation_alpha", 0.3F}}});
  expect_same({"FusedMatMul",
               {noise({2, 3, 5, 4}), noise({2, 3, 6, 5}, 2)},
               {{"transA", Int{1}}, {"transB", Int{1}}, {"alpha", 0.5F}}});
  expect_same({"FusedMatMul",
               {noise({4, 2, 3, 5}), noise({5, 2, 3, 6}, 2)},
               {{"transBatchA", Int{1}}, {"transBatchB", Int{1}}}});
  expect_same({"FusedMatMul",
               {noise({5, 2, 3, 4}), noise({2, 3, 5, 6}, 2)},
               {{"transBatchA", Int{1}}, {"transA", Int{1}}}});
}

TEST_P(ContribOps, ActivationsAndNorms) {
  const Tensor x = noise({2, 3, 8}, 1);
  expect_same({"Gelu", {x}});
  expect_same({"QuickGelu", {x}, {{"alpha", 1.5F}}});
  expect_same({"BiasGelu", {x, noise({8}, 2)}});
  expect_same({"FastGelu", {x, noise({8}, 2)}});
  const Tensor gamma = noise({8}, 3);
  const Tensor beta = noise({8}, 4);
  const Tensor bias = noise({8}, 5);
  expect_same({"SkipLayerNormalization", {x, noise({2, 3, 8}, 6), gamma, beta, bias}});
  expect_same({"SkipLayerNormalization", {x, noise({3, 8}, 6), gamma}, {{"epsilon", 0.01F}}});
  expect_same({"SkipSimplifiedLayerNormalization", {x, noise({2, 3, 8}, 6), gamma, bias}});
  expect_same({"SimplifiedLayerNormalization", {x, gamma}, {{"epsilon", 0.01F}}, 0, 1, ""});
  const Tensor ids = Tensor::of<std::int32_t>({2, 3}, {1, 4, 2, 0, 3, 3});
  const Tensor segments = Tensor::of<std::int32_t>({2, 3}, {0, 0, 1, 1, 1, 0});
  const Tensor mask = Tensor::of<std::int32_t>({2, 3}, {1, 1, 0, 1, 1, 1});
  expect_same(
      {"EmbedLayerNormalization",
       {ids, segments, noise({5, 8}, 1), noise({4, 8}, 2), noise({2, 8}, 3), gamma, beta, mask},
       {},
       0,
       3});
  expect_same({"RotaryEmbedding",
               {noise({2, 3, 16}), Tensor::of<std::int64_t>({2, 3}, {0, 1, 5, 2, 3, 3}),
                noise({6, 4}, 2), noise({6, 4}, 3)}});
  expect_same({"RotaryEmbedding",
               {noise({2, 2, 3, 8}), Tensor::of<std::int64_t>({1}, {2}), noise({6, 4}, 2),
                noise({6, 4}, 3)},
               {{"interleaved", Int{1}}}});
}

Tensor byte_noise(const Shape& shape) { return code_noise(u8, shape, 7); }

TEST_P(ContribOps, PackedWeights) {
  for (const Int bits : {2, 4, 8}) {
    const Attributes sizes = {
        {"K", Int{40}}, {"N", Int{8}}, {"block_size", Int{16}}, {"bits", bits}};
    const Tensor a = noise({2, 3, 40}, 1);
    const Tensor b = byte_noise({8, 3, 2 * bits});
    const Tensor scales = noise({8, 3}, 2);
    const Tensor zeros = byte_noise({8, (3 * bits + 7) / 8});
    expect_same({"MatMulNBits", {a, b, scales}, sizes});
    expect_same({"MatMulNBits", {a, b, scales, zeros, {}, noise({8}, 3)}, sizes});
    const Attributes gather = {{"block_size", Int{16}}, {"bits", bits}};
    const Tensor rows = Tensor::of<std::int64_t>({2, 2}, {4, 0, 2, 2});
    expect_same(
        {"GatherBlockQuantized", {byte_noise({5, 5 * bits}), rows, noise({5, 3}, 4)}, gather, 1});
    expect_same(
        {"GatherBlockQuantized",
         {byte_noise({5, 5 * bits}), rows, noise({5, 3}, 4), byte_noise({5, (3 * bits + 7) / 8})},
         gather,
         1});
  }
  for (const Int type : {0, 1}) {
    expect_same({"MatMulBnb4",
                 {noise({3, 32}), byte_noise({96}), noise({12}, 2)},
                 {{"K", Int{32}}, {"N", Int{6}}, {"block_size", Int{16}}, {"quant_type", type}}});
  }
}

TEST_P(ContribOps, QuantizedRecurrence) {
  const Tensor x = noise({4, 1, 6}, 1);
  for (const Int directions : {1, 2}) {
    Attributes attributes = {{"hidden_size", Int{8}}};
    if (directions == 2) attributes.emplace("direction", std::string("bidirectional"));
    expect_same({"DynamicQuantizeLSTM",
                 {x,
                  code_noise(i8, {directions, 6, 32}, 2),
                  code_noise(i8, {directions, 8, 32}, 3),
                  noise({directions, 64}, 4),
                  {},
                  {},
                  {},
                  {},
                  ramp({directions}, 0.004F),
                  Tensor(i8, {directions}),
                  ramp({directions}, 0.003F),
                  Tensor(i8, {directions})},
                 attributes,
                 0,
                 3});
  }
}

TEST_P(ContribOps, QuantizedEmbedding) {
  std::vector<Tensor> inputs = {Tensor::of<std::int32_t>({2, 3}, {1, 2, 0, 4, 3, 1}),
                                Tensor::of<std::int32_t>({2, 3}, {0, 1, 1, 0, 0, 1}),
                                code_noise(u8, {5, 8}, 1),
                                code_noise(u8, {4, 8}, 2),
                                code_noise(u8, {2, 8}, 3),
                                code_noise(u8, {8}, 4),
                                code_noise(u8, {8}, 5),
                                Tensor::of<std::int32_t>({2, 3}, {1, 1, 0, 1, 1, 1})};
  for (const float scale : {0.02F, 0.01F, 0.03F, 0.005F, 0.02F}) inputs.push_back(one_float(scale));
  for (const int zero : {120, 130, 99, 3, 128}) inputs.push_back(one_code(u8, zero));
  expect_same({"QEmbedLayerNormalization", inputs, {}, 0, 2});
}

TEST_P(ContribOps, ExportedByName) {
  expect_same({"Inverse", {noise({2, 4, 4}, 1)}});
  expect_same({"Trilu", {noise({2, 4, 5}, 1), Tensor::scalar<Int>(-1)}, {{"upper", Int{0}}}});
  for (const char* mode : {"bilinear", "nearest", "bicubic"}) {
    expect_same({"GridSample",
                 {noise({1, 2, 4, 5}, 1), noise({1, 3, 3, 2}, 2)},
                 {{"mode", std::string(mode)}, {"padding_mode", std::string("border")}}});
  }
}

INSTANTIATE_TEST_SUITE_P(Installed, ContribOps, testing::ValuesIn(ort_libraries()),
                         [](const auto& /*info*/) { return std::string("ort"); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContribOps);

}  // namespace
}  // namespace pare
