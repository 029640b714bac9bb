// Operators of com.microsoft: the reference kernels against ONNX Runtime, which defines them.

#include "formats/format.hpp"
#include "ops/quantized.hpp"
#include "targets/target.hpp"
#include "targets/temporary.hpp"

namespace pare {
namespace {

using enum ElementKind;

const TargetDef& target() { return *choose_target("onnxruntime").target; }

std::vector<std::string> libraries() {
  const TargetStatus s = target().status({});
  if (s.found) return {s.where};
  const char* text = std::getenv("PARE_REQUIRE_ONNXRUNTIME");
  if (text != nullptr && std::string(text) == "1") return {"required-but-missing"};
  return {};
}

/// One node: input `data` is an input of the model, all others are constants.
struct Case {
  std::string op;
  std::vector<Tensor> inputs;
  Attributes attributes = {};
  std::size_t data = 0;
  std::size_t outputs = 1;
  std::string domain = "com.microsoft";
};

class ContribOps : public testing::TestWithParam<std::string> {
 protected:
  /// Integers may be one step apart: the runtime scales in float32. Floats: 2^-17 of the greatest
  /// value, sums in float32 in another order.
  void expect_same(const Case& c) {
    SCOPED_TRACE(c.op);
    Model model;
    model.opsets = {{"", 21}, {"com.microsoft", 1}};
    model.ir_version = 10;
    Graph& graph = *model.graph;
    NodeSpec spec{.op = c.op, .attributes = c.attributes, .domain = c.domain};
    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
      const Tensor& t = c.inputs[i];
      Value* v = nullptr;
      if (i == c.data) {
        v = graph.add_input("x", ValueType(t.type(), to_symbolic(t.shape())));
      } else if (t.valid()) {
        v = graph.add_constant(t, cat("c", i));
      }
      spec.inputs.push_back(v);
    }
    spec.output_names.clear();
    for (std::size_t i = 0; i < c.outputs; ++i) spec.output_names.push_back(cat("y", i));
    Node* node = graph.add_node(std::move(spec));
    for (Value* v : node->outputs()) graph.add_output(v);
    infer_shapes(graph, op_registry());
    const auto broken = verify(graph, op_registry());
    ASSERT_TRUE(broken.empty()) << broken.front();
    const std::vector<Tensor> want = interpret(graph, op_registry(), {c.inputs[c.data]});
    write_model(model, folder_ / "model.onnx", {.force = true});
    TargetOptions options;
    options.library = GetParam();
    options.threads = 1;
    const auto got = target().load(folder_ / "model.onnx", options)->run({c.inputs[c.data]});
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t o = 0; o < got.size(); ++o) compare(got[o], want[o]);
  }

  static void compare(const Tensor& got, const Tensor& want) {
    ASSERT_EQ(to_string(got.shape()), to_string(want.shape()));
    ASSERT_EQ(got.type().name(), want.type().name());
    const std::vector<double> a = got.to_doubles();
    const std::vector<double> b = want.to_doubles();
    double peak = 0;
    for (const double v : b) peak = std::isfinite(v) ? std::max(peak, std::abs(v)) : peak;
    const double tolerance = want.type().is_integer() ? 1 : peak * 0x1.0p-17;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::isfinite(b[i])) {
        EXPECT_NEAR(a[i], b[i], tolerance) << i;
      } else {
        EXPECT_EQ(a[i], b[i]) << i;
      }
    }
  }

  tiny::Folder folder_;
};

/// A tensor of codes, its scale and its zero point.
std::vector<Tensor> coded(const Tensor& t, float scale, int zero) {
  return {t, one_float(scale), one_code(t.kind(), zero)};
}
std::vector<Tensor> operator+(std::vector<Tensor> a, const std::vector<Tensor>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
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

TEST_P(ContribOps, Attention) {
  const Tensor q = noise({2, 3, 8}, 1);
  const Tensor k = noise({2, 4, 8}, 2);
  const Tensor v = noise({2, 4, 8}, 3);
  const Attributes heads = {{"num_heads", Int{2}}};
  expect_same({"MultiHeadAttention", {q, k, v, noise({24}, 4)}, heads});
  expect_same({"MultiHeadAttention",
               {q,
                k,
                v,
                {},
                Tensor::of<std::int32_t>({2, 4}, {1, 1, 1, 0, 1, 1, 0, 0}),
                noise({1, 2, 3, 4}, 5)},
               {{"num_heads", Int{2}}, {"scale", 0.4F}}});
  const Tensor now = noise({2, 3, 8}, 6);
  expect_same({"MultiHeadAttention",
               {q, now, now, {}, {}, {}, noise({2, 2, 2, 4}, 7), noise({2, 2, 2, 4}, 8)},
               {{"num_heads", Int{2}}, {"unidirectional", Int{1}}},
               0,
               3});
  const Tensor w = noise({8, 24}, 9);
  const Tensor bias = noise({24}, 10);
  expect_same({"Attention", {q, w, bias}, heads});
  expect_same({"Attention", {q, w, bias, Tensor::of<std::int32_t>({2}, {3, 1})}, heads});
  expect_same({"Attention", {q, w, bias, Tensor::of<std::int32_t>({4}, {3, 2, 1, 0})}, heads});
  expect_same({"Attention",
               {q, w, bias, {}, noise({2, 2, 2, 1, 4}, 11)},
               {{"num_heads", Int{2}}, {"unidirectional", Int{1}}},
               0,
               2});
}

TEST_P(ContribOps, QuantizedAttention) {
  const Tensor x = code_noise(u8, {2, 3, 8}, 1);
  const Tensor w = code_noise(i8, {8, 24}, 2);
  const std::vector<Tensor> inputs = {x,
                                      w,
                                      noise({24}, 3),
                                      one_float(0.01F),
                                      one_float(0.02F),
                                      {},
                                      one_code(u8, 120),
                                      one_code(i8, 0)};
  expect_same({"QAttention", inputs, {{"num_heads", Int{2}}}});
  std::vector<Tensor> masked = inputs;
  masked[5] = Tensor::of<std::int32_t>({2}, {3, 1});
  expect_same({"QAttention", masked, {{"num_heads", Int{2}}}});
  std::vector<Tensor> later = inputs;
  later.push_back(noise({2, 2, 2, 1, 4}, 4));
  expect_same({"QAttention", later, {{"num_heads", Int{2}}, {"unidirectional", Int{1}}}, 0, 2});
}

/// Inputs of GroupQueryAttention: 4 heads of 16 values share 2.
std::vector<Tensor> group_query(std::int64_t batch, std::int64_t length, std::int64_t past,
                                const std::vector<std::int32_t>& last, std::int32_t total) {
  std::vector<Tensor> inputs = {noise({batch, length, 64}, 1), noise({batch, length, 32}, 2),
                                noise({batch, length, 32}, 3)};
  for (const unsigned seed : {4U, 5U}) {
    inputs.push_back(past > 0 ? noise({batch, 2, past, 16}, seed) : Tensor());
  }
  inputs.push_back(Tensor::of<std::int32_t>({batch}, last));
  inputs.push_back(Tensor::scalar<std::int32_t>(total));
  return inputs;
}

TEST_P(ContribOps, GroupQueryAttention) {
  const Attributes heads = {{"num_heads", Int{4}}, {"kv_num_heads", Int{2}}};
  const auto with = [&](const Attributes& more) {
    Attributes all = heads;
    all.insert(more.begin(), more.end());
    return all;
  };
  const char* op = "GroupQueryAttention";
  const std::vector<Tensor> prompt = group_query(2, 5, 0, {4, 4}, 5);
  expect_same({op, prompt, heads, 0, 3});
  expect_same({op, prompt, with({{"scale", 0.3F}, {"softcap", 0.4F}}), 0, 3});
  expect_same({op, prompt, with({{"local_window_size", Int{2}}}), 0, 3});
  expect_same({op, prompt, with({{"smooth_softmax", Int{1}}}), 0, 3});
  expect_same({op, {noise({2, 5, 128}, 6), {}, {}, {}, {}, prompt[5], prompt[6]}, heads, 0, 3});
  expect_same({op, group_query(2, 5, 0, {4, 2}, 5), heads, 0, 3});
  expect_same({op, group_query(2, 1, 6, {6, 3}, 7), heads, 0, 3});
  expect_same({op, group_query(1, 3, 6, {8}, 9), with({{"local_window_size", Int{4}}}), 0, 3});
  for (const Int interleaved : {0, 1}) {
    for (const auto& inputs :
         {prompt, group_query(2, 1, 6, {6, 3}, 7), group_query(1, 3, 6, {8}, 9)}) {
      std::vector<Tensor> turned = inputs;
      turned.push_back(noise({12, 8}, 7));
      turned.push_back(noise({12, 8}, 8));
      expect_same(
          {op, turned, with({{"do_rotary", Int{1}}, {"rotary_interleaved", interleaved}}), 0, 3});
    }
  }
}

TEST_P(ContribOps, GroupQueryAttentionBiasAndSinks) {
  const Attributes heads = {{"num_heads", Int{4}}, {"kv_num_heads", Int{2}}};
  std::vector<Tensor> inputs = group_query(2, 5, 0, {4, 4}, 5);
  for (const Int shown : {1, 2}) {
    Attributes showing = heads;
    showing.emplace("qk_output", shown);
    showing.emplace("softcap", 0.5F);
    expect_same({"GroupQueryAttention", inputs, showing, 0, 4});
  }
  inputs.resize(10);
  inputs.push_back(noise({1, 4, 5, 5}, 9));
  expect_same({"GroupQueryAttention", inputs, heads, 0, 3});
  Attributes capped = heads;
  capped.emplace("softcap", 0.5F);
  expect_same({"GroupQueryAttention", inputs, capped, 0, 3});
  inputs.push_back(noise({4}, 10));
  expect_same({"GroupQueryAttention", inputs, heads, 0, 3});
}

TEST_P(ContribOps, DecoderAttention) {
  const char* op = "DecoderMaskedMultiHeadAttention";
  const Tensor q = noise({4, 1, 16}, 1);
  const Tensor past = noise({4, 2, 6, 8}, 4);
  const Tensor past_value = noise({4, 2, 6, 8}, 5);
  const Attributes heads = {{"num_heads", Int{2}}, {"past_present_share_buffer", Int{1}}};
  const std::vector<Tensor> inputs = {q, noise({4, 1, 16}, 2), noise({4, 1, 16}, 3)};
  const Tensor mask = Tensor::of<std::int32_t>({4, 4}, {1, 1, 1, 1, 0, 1, 1, 1,  //
                                                        1, 1, 1, 1, 0, 0, 1, 1});
  const Tensor used = Tensor::of<std::int32_t>({1}, {3});
  expect_same({op,
               inputs + std::vector<Tensor>{mask, noise({1, 2, 1, 4}, 6), past, past_value, used},
               heads, 0, 3});
  const Tensor beams = Tensor::of<std::int32_t>({2, 2, 6}, {0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0,  //
                                                            1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  expect_same({op,
               inputs +
                   std::vector<Tensor>{
                       {}, {}, past, past_value, used, Tensor::of<std::int32_t>({1}, {2}), beams},
               heads, 0, 3});
  expect_same({op, {q, past, past_value}, {{"num_heads", Int{2}}}});
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

TEST_P(ContribOps, LinearAttention) {
  const Tensor k = noise({2, 3, 16}, 2);
  const Tensor v = noise({2, 3, 12}, 3);
  const Tensor past = noise({2, 2, 8, 6}, 4);
  for (const char* rule : {"linear", "gated", "delta", "gated_delta"}) {
    const bool gated = std::string(rule).find("gated") == 0;
    const bool delta = std::string(rule).find("delta") != std::string::npos;
    expect_same(
        {"LinearAttention",
         {noise({2, 3, 32}, 1), k, v, past, gated ? noise({2, 3, 2}, 5) : Tensor(),
          delta ? noise({2, 3, 2}, 6) : Tensor()},
         {{"q_num_heads", Int{4}}, {"kv_num_heads", Int{2}}, {"update_rule", std::string(rule)}},
         0,
         2});
  }
  expect_same(
      {"LinearAttention",
       {noise({2, 3, 8}, 1), k, v, past},
       {{"q_num_heads", Int{1}}, {"kv_num_heads", Int{2}}, {"update_rule", std::string("linear")}},
       0,
       2});
  const Tensor x = noise({2, 3, 5}, 1);
  for (const char* activation : {"none", "silu"}) {
    expect_same({"CausalConvWithState",
                 {x, noise({3, 1, 4}, 2), noise({3}, 3), noise({2, 3, 3}, 4)},
                 {{"activation", std::string(activation)}},
                 0,
                 2});
  }
}

TEST_P(ContribOps, LinearAttentionAround) {
  expect_same({"CausalConvWithState",
               {noise({2, 3, 5}, 1), noise({3, 1, 4}, 2), noise({3}, 3), noise({2, 3, 6}, 4)},
               {{"dilation", Int{2}}},
               0,
               2});
  expect_same({"LinearAttentionGate",
               {noise({2, 3, 4}, 1), noise({4}, 2), noise({4}, 3), noise({2, 3, 4}, 4)},
               {},
               0,
               2});
  const Tensor ids = Tensor::of<std::int64_t>({3, 1, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 1});
  for (const Int layout : {0, 1}) {
    expect_same({"MRotaryEmbedding",
                 {noise({1, 2, 3, 16}, 1), ids, noise({9, 8}, 2), noise({9, 8}, 3)},
                 {{"mrope_section", Ints{3, 3, 2}}, {"mrope_layout", layout}}});
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

INSTANTIATE_TEST_SUITE_P(Installed, ContribOps, testing::ValuesIn(libraries()),
                         [](const auto& /*info*/) { return std::string("ort"); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContribOps);

}  // namespace
}  // namespace pare
