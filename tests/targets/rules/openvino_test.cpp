#include "targets/rules/judged.hpp"

namespace pare::rules_test {
namespace {

RuntimeJudgement judge(const std::string& text, const FileFacts& facts = {}) {
  return runtime_rules("openvino").judge(model_of(text, facts), op_registry());
}

const std::string kInt8Weights = "DequantizeLinear(cw, ws, wz) {axis = 0}";

TEST(OpenVinoRules, ZeroPointsAndScalesPerChannelRunOnIntegers) {
  const auto j =
      judge(conv(kInt8Weights, "d", "uint8", "u3", "d = DequantizeLinear(bq, bs) {axis = 0}\n"));
  EXPECT_TRUE(j.loads());
  EXPECT_EQ(j.layers.size(), 1U);
  expect_layer(j, "Conv", LayerForm::integer, "8-bit input");
  expect_layer(judge(conv(kInt8Weights, "", "int8", "i3")), "Conv", LayerForm::integer, "8-bit");
}

TEST(OpenVinoRules, ScalesOfWeightsLieAlongOutputChannels) {
  expect_layer(judge(conv("DequantizeLinear(cw, ws, wz) {axis = 1}")), "Conv", LayerForm::floating,
               "per output channel");
}

TEST(OpenVinoRules, InputsHaveOneScale) {
  const std::string text = "input x: int8[1,4,4,4]\n" + kConstants +
                           "a = DequantizeLinear(x, ws) {axis = 1}\nb = " + kInt8Weights +
                           "\ny = Conv(a, b)\noutput y\n";
  expect_layer(judge(text), "Conv", LayerForm::floating, "more than one scale");
}

TEST(OpenVinoRules, WeightsOfProductsStayPacked) {
  expect_layer(judge(product("DequantizeLinear(m64, m64s) {axis = 0, block_size = 64}")), "MatMul",
               LayerForm::packed, "INT4");
  const std::string text = "input x: float32[1,4,4,4]\n" + kConstants + "b = " + kInt8Weights +
                           "\ny = Conv(x, b)\noutput y\n";
  expect_layer(judge(text), "Conv", LayerForm::floating, "no packed weights");
}

TEST(OpenVinoRules, BlocksDivideTheirDimension) {
  const auto good = judge(product("DequantizeLinear(m64, m32s) {axis = 0, block_size = 32}"));
  EXPECT_TRUE(good.loads());
  EXPECT_TRUE(good.remarks.empty());
  expect_problem(judge(product("DequantizeLinear(m64, m48s) {axis = 0, block_size = 48}",
                               "MatMul(x, b)", "const m48s: float32[2,4] = fill(1)\n")),
                 "DequantizeLinear", "blocks of 48 along 64", "a multiple");
}

TEST(OpenVinoRules, WhatReleasesDifferInIsRemarked) {
  const auto blocks = judge(product("DequantizeLinear(m64, s2x) {axis = 1, block_size = 2}",
                                    "MatMul(x, b)", "const s2x: float32[64,2] = fill(1)\n"));
  EXPECT_TRUE(blocks.loads());
  ASSERT_EQ(blocks.remarks.size(), 1U);
  EXPECT_THAT(blocks.remarks[0].what, testing::HasSubstr("along axis 1"));
  EXPECT_THAT(blocks.remarks[0].rule, testing::HasSubstr("2025"));
  const std::string text = "input x: float32[4,4]\n" + kConstants +
                           "q = QuantizeLinear(x, s, f0)\na = DequantizeLinear(q, s, f0)\n"
                           "b = DequantizeLinear(mf, s)\ny = MatMul(a, b)\noutput y\n";
  const auto j = judge(text);
  EXPECT_TRUE(j.loads());
  ASSERT_EQ(j.remarks.size(), 1U);
  EXPECT_THAT(j.remarks[0].what, testing::HasSubstr("FLOAT8E4M3FN"));
  expect_layer(j, "MatMul", LayerForm::floating, "FLOAT8E4M3FN");
}

TEST(OpenVinoRules, Fp8WeightsLoad) {
  const auto j = judge(
      product("DequantizeLinear(w, s)", "MatMul(x, b)", "const w: f8e4m3fn[64,4] = fill(1)\n"));
  EXPECT_TRUE(j.loads());
  expect_layer(j, "MatMul", LayerForm::floating, "FLOAT8E4M3FN");
}

TEST(OpenVinoRules, TypesItLacksAreRefused) {
  for (const char* type : {"int2", "uint2", "f4e2m1", "f8e4m3fnuz", "f8e5m2fnuz"}) {
    const auto j = judge(product("DequantizeLinear(w, s)", "MatMul(x, b)",
                                 cat("const w: ", type, "[64,4] = fill(1)\n")));
    ASSERT_EQ(j.problems.size(), 1U) << type;
    EXPECT_THAT(j.problems[0].rule, testing::HasSubstr("2-bit integers")) << type;
  }
}

TEST(OpenVinoRules, SomeOperatorsOfOnnxRuntimeAreTranslated) {
  const std::string packed =
      "input x: float32[2,16]\nconst b: uint8[3,1,8] = fill(1)\nconst s: float32[3,1] = fill(1)\n"
      "y = com.microsoft::MatMulNBits(x, b, s) {K = 16, N = 3, bits = 4, block_size = 16}\n"
      "output y\n";
  EXPECT_TRUE(judge(packed).loads());
  expect_layer(judge(packed), "MatMulNBits", LayerForm::packed, "stay codes");
  expect_problem(judge("input x: float32[2,4,4]\ny = com.microsoft::Inverse(x)\noutput y\n"),
                 "Inverse", "com.microsoft::Inverse", "not this one");
  expect_problem(judge("input x: float32[2]\ny = com.acme::Three(x)\noutput y\n"), "Three",
                 "com.acme::Three", "extension");
  expect_problem(judge("input x: float32[2,4,4]\ny = Det(x)\noutput y\n"), "Det", "operator Det",
                 "no such operator");
}

TEST(OpenVinoRules, OperatorsBetweenCodes) {
  const std::string text = "input x: uint8[4,4]\n" + kConstants +
                           "a = DequantizeLinear(x, s, u3)\nb = OP(a)\n"
                           "y = QuantizeLinear(b, s, u3)\noutput y\n";
  const auto with = [&](const std::string& op) {
    std::string t = text;
    return judge(t.replace(t.find("OP"), 2, op));
  };
  expect_layer(with("Relu"), "Relu", LayerForm::integer, "past it");
  expect_layer(with("Erf"), "Erf", LayerForm::floating, "stops the codes");
}

}  // namespace
}  // namespace pare::rules_test
