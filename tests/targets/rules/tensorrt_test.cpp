#include "targets/rules/judged.hpp"

namespace pare::rules_test {
namespace {

RuntimeJudgement judge(const std::string& text, const FileFacts& facts = {}) {
  return runtime_rules("tensorrt").judge(model_of(text, facts), op_registry());
}

const std::string kInt8Weights = "DequantizeLinear(cw, ws, wz) {axis = 0}";

TEST(TensorRtRules, SymmetricInt8WithFloatBiasRunsOnIntegers) {
  const auto j = judge(conv(kInt8Weights, "bias", "int8", "i0"));
  EXPECT_TRUE(j.loads());
  EXPECT_TRUE(j.remarks.empty());
  EXPECT_EQ(j.layers.size(), 1U);
  expect_layer(j, "Conv", LayerForm::integer, "INT8");
}

TEST(TensorRtRules, UnsignedCodesAreRefused) {
  const auto j = judge(conv(kInt8Weights, "", "uint8", "u0"));
  ASSERT_EQ(j.problems.size(), 2U);  // DequantizeLinear and QuantizeLinear
  for (const RuleFinding& p : j.problems) {
    EXPECT_THAT(p.what, testing::HasSubstr("UINT8"));
    EXPECT_THAT(p.rule, testing::HasSubstr("signed"));
  }
}

TEST(TensorRtRules, ZeroPointsAreRefused) {
  const auto j = judge(conv(kInt8Weights, "", "int8", "i3"));
  ASSERT_EQ(j.problems.size(), 2U);
  EXPECT_THAT(j.problems[0].what, testing::HasSubstr("zero point"));
  EXPECT_THAT(j.problems[0].rule, testing::HasSubstr("zero points are 0"));
}

TEST(TensorRtRules, CodesOfABiasAreRefused) {
  expect_problem(
      judge(conv(kInt8Weights, "d", "int8", "i0", "d = DequantizeLinear(bq, bs) {axis = 0}\n")),
      "DequantizeLinear", "INT32", "a bias stays float");
}

TEST(TensorRtRules, ScalesArePositive) {
  expect_problem(judge(conv("DequantizeLinear(cw, minus)", "", "int8", "i0")), "DequantizeLinear",
                 "not positive", "scales are positive");
}

TEST(TensorRtRules, ActivationsHaveOneScale) {
  const std::string text = "input x: int8[1,4,4,4]\n" + kConstants +
                           "a = DequantizeLinear(x, ws) {axis = 1}\nb = " + kInt8Weights +
                           "\ny = Conv(a, b)\noutput y\n";
  expect_problem(judge(text), "DequantizeLinear", "activations", "one scale per tensor");
}

TEST(TensorRtRules, WeightsHaveScalesPerOutputChannel) {
  expect_layer(judge(conv("DequantizeLinear(cw, ws, wz) {axis = 1}", "", "int8", "i0")), "Conv",
               LayerForm::floating, "per output channel");
  const std::string text = "input x: int8[4,4]\n" + kConstants +
                           "a = DequantizeLinear(x, s)\nb = DequantizeLinear(mw, ws) {axis = AXIS}"
                           "\ny = Gemm(a, b) {transB = 1}\noutput y\n";
  std::string rows = text;
  rows.replace(rows.find("AXIS"), 4, "0");
  expect_layer(judge(rows), "Gemm", LayerForm::integer, "INT8");
  std::string columns = text;
  columns.replace(columns.find("AXIS"), 4, "1");
  expect_layer(judge(columns), "Gemm", LayerForm::floating, "per output channel");
}

TEST(TensorRtRules, Int4IsForWeightsInBlocksOf64Or128) {
  const auto good = judge(product("DequantizeLinear(m64, m64s) {axis = 0, block_size = 64}"));
  EXPECT_TRUE(good.loads());
  expect_layer(good, "MatMul", LayerForm::packed, "INT4");
  expect_problem(judge(product("DequantizeLinear(m64, m32s) {axis = 0, block_size = 32}")),
                 "DequantizeLinear", "blocks of 32", "64 or 128");
  expect_problem(judge(product("DequantizeLinear(m64, ws) {axis = 1}")), "DequantizeLinear",
                 "without blocks", "64 or 128");
  const std::string activations = "input x: float32[4,64]\n" + kConstants +
                                  "const z: int4[] = [0]\nq = QuantizeLinear(x, s, z)\n"
                                  "y = DequantizeLinear(q, s, z)\noutput y\n";
  const auto j = judge(activations);
  ASSERT_EQ(j.problems.size(), 2U);
  EXPECT_THAT(j.problems[0].rule, testing::HasSubstr("INT4 is for weights"));
}

TEST(TensorRtRules, OtherTypesAreRefused) {
  const std::string text =
      "input x: int16[4,4]\n" + kConstants + "y = DequantizeLinear(x, s)\noutput y\n";
  expect_problem(judge(text), "DequantizeLinear", "INT16", "INT8, INT4");
}

TEST(TensorRtRules, Fp8InputAndWeightsRunInFp8) {
  const auto j = judge(conv("DequantizeLinear(c8, s)", "", "f8e4m3fn", "f0"));
  EXPECT_TRUE(j.loads());
  expect_layer(j, "Conv", LayerForm::narrow_float, "FP8");
}

TEST(TensorRtRules, WeightsAloneInEightBitsRunInFloat) {
  const std::string text = "input x: float32[1,4,4,4]\n" + kConstants + "b = " + kInt8Weights +
                           "\ny = Conv(x, b)\noutput y\n";
  expect_layer(judge(text), "Conv", LayerForm::floating, "its input is float");
}

TEST(TensorRtRules, InputAndWeightsHaveOneType) {
  expect_layer(judge(conv("DequantizeLinear(c8, s)", "", "int8", "i0")), "Conv",
               LayerForm::floating, "INT8");
}

TEST(TensorRtRules, Fp4HasBlocksOf16) {
  const std::string good =
      product("DequantizeLinear(w, ns) {axis = 0, block_size = 16}", "MatMul(x, b)",
              "const w: f4e2m1[64,4] = fill(1)\nconst ns: float32[4,4] = fill(0.25)\n");
  EXPECT_TRUE(judge(good).loads());
  expect_layer(judge(good), "MatMul", LayerForm::packed, "FLOAT4E2M1");
  expect_problem(judge(product("DequantizeLinear(w, m32s) {axis = 0, block_size = 32}",
                               "MatMul(x, b)", "const w: f4e2m1[64,4] = fill(1)\n")),
                 "DequantizeLinear", "other blocks", "blocks of 16");
}

TEST(TensorRtRules, OperatorsOnCodesAreRefused) {
  const std::string text =
      "input x: float32[4,4]\n" + kConstants +
      "a, b, c = DynamicQuantizeLinear(x)\ny = MatMulInteger(a, mw, c)\noutput y\n";
  const auto j = judge(text);
  ASSERT_EQ(j.problems.size(), 2U);
  EXPECT_EQ(j.problems[0].what, "operator DynamicQuantizeLinear");
  EXPECT_EQ(j.problems[1].what, "operator MatMulInteger");
}

TEST(TensorRtRules, OtherDomainsAreRefused) {
  const std::string packed =
      "input x: float32[2,16]\nconst b: uint8[3,1,8] = fill(1)\nconst s: float32[3,1] = fill(1)\n"
      "y = com.microsoft::MatMulNBits(x, b, s) {K = 16, N = 3, bits = 4, block_size = 16}\n"
      "output y\n";
  expect_problem(judge(packed), "MatMulNBits", "com.microsoft::MatMulNBits", "ONNX Runtime's");
  expect_problem(judge("input x: float32[2]\ny = com.acme::Three(x)\noutput y\n"), "Three",
                 "com.acme::Three", "plug-in");
  EXPECT_TRUE(judge("input x: float32[2]\ny = trt::TRT_FP4DynamicQuantize(x)\noutput y\n").loads());
}

TEST(TensorRtRules, OperatorSetsEndAt25) {
  const std::string text = "input x: float32[2]\ny = Relu(x)\noutput y\n";
  EXPECT_TRUE(judge(text, {.opset = 25}).loads());
  expect_problem(judge(text, {.opset = 26}), "", "operator set 26", "up to 25");
  expect_problem(judge(text, {.opset = 8}), "", "operator set 8", "from 9");
}

TEST(TensorRtRules, CodesBetweenALayerAndAddAreRemarked) {
  const std::string text = "input x: int8[1,4,4,4]\n" + kConstants +
                           "a = DequantizeLinear(x, s, i0)\nb = " + kInt8Weights +
                           "\nc = Conv(a, b) @conv\nq = QuantizeLinear(c, s, i0)\n"
                           "d = DequantizeLinear(q, s, i0)\ny = Add(d, d)\noutput y\n";
  const auto j = judge(text);
  EXPECT_TRUE(j.loads());
  ASSERT_EQ(j.remarks.size(), 1U);
  EXPECT_THAT(j.remarks[0].what, testing::HasSubstr("before Add"));
}

}  // namespace
}  // namespace pare::rules_test
