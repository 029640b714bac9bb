// Attention of com.microsoft and of ai.onnx: the reference kernels against ONNX Runtime.

#include "targets/ort_ops.hpp"

namespace pare {
namespace {

using enum ElementKind;

class ContribAttentionOps : public OrtOps {};

TEST_P(ContribAttentionOps, Attention) {
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

TEST_P(ContribAttentionOps, QuantizedAttention) {
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

TEST_P(ContribAttentionOps, GroupQueryAttention) {
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

TEST_P(ContribAttentionOps, GroupQueryAttentionBiasAndSinks) {
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

TEST_P(ContribAttentionOps, DecoderAttention) {
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

TEST_P(ContribAttentionOps, LinearAttention) {
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

TEST_P(ContribAttentionOps, LinearAttentionAround) {
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

TEST_P(ContribAttentionOps, StandardAttention) {
  const auto same = [&](const std::vector<Tensor>& inputs, const Attributes& attributes = {},
                        std::size_t outputs = 1) {
    expect_same({"Attention", inputs, attributes, 0, outputs, "", 23});
  };
  const Tensor q = noise({2, 4, 3, 8}, 1);
  const Tensor k = noise({2, 2, 5, 8}, 2);
  const Tensor v = noise({2, 2, 5, 6}, 3);
  same({q, k, v});
  same({q, k, v, noise({2, 1, 3, 5}, 4)}, {{"softcap", 0.4F}, {"scale", 0.3F}});
  same({q, k, v,
        Tensor::of<bool>({3, 5}, {true, true, false, true, true, true, false, false, false, false,
                                  true, true, true, true, true})});
  const Tensor past_key = noise({2, 2, 2, 8}, 5);
  const Tensor past_value = noise({2, 2, 2, 6}, 6);
  same({q, noise({2, 2, 3, 8}, 7), noise({2, 2, 3, 6}, 8), {}, past_key, past_value},
       {{"is_causal", Int{1}}}, 3);
  same({noise({2, 3, 32}, 9), noise({2, 5, 16}, 10), noise({2, 5, 12}, 11)},
       {{"q_num_heads", Int{4}}, {"kv_num_heads", Int{2}}});
  const Tensor cosines = noise({9, 4}, 12);
  const Tensor sines = noise({9, 4}, 13);
  const Tensor ids = Tensor::of<std::int64_t>({2, 3}, {0, 5, 8, 1, 2, 3});
  for (const Int interleaved : {0, 1}) {
    expect_same({"RotaryEmbedding",
                 {noise({2, 3, 16}, 14), cosines, sines, ids},
                 {{"num_heads", Int{2}}, {"interleaved", interleaved}},
                 0,
                 1,
                 "",
                 23});
  }
}

INSTANTIATE_TEST_SUITE_P(Installed, ContribAttentionOps, testing::ValuesIn(ort_libraries()),
                         [](const auto& /*info*/) { return std::string("ort"); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ContribAttentionOps);

}  // namespace
}  // namespace pare
