// What ONNX asks of a file, which all runtimes share, and the registry of runtimes.

#include "base/error.hpp"
#include "targets/rules/judged.hpp"

namespace pare::rules_test {
namespace {

using testing::HasSubstr;

struct TypeCase {
  std::string type;
  std::string name;
  std::int64_t opset;
  std::int64_t ir;
};

/// ONNX's table of types, written by hand from its changelog.
const std::vector<TypeCase>& types() {
  static const std::vector<TypeCase> all = {{"f8e4m3fn", "FLOAT8E4M3FN", 19, 9},
                                            {"f8e5m2", "FLOAT8E5M2", 19, 9},
                                            {"int4", "INT4", 21, 10},
                                            {"uint4", "UINT4", 21, 10},
                                            {"f4e2m1", "FLOAT4E2M1", 23, 11},
                                            {"int2", "INT2", 25, 13},
                                            {"uint2", "UINT2", 25, 13}};
  return all;
}

bool mentions(const std::vector<RuleFinding>& findings, const std::string& rule) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const RuleFinding& f) { return f.rule.find(rule) != std::string::npos; });
}

TEST(FileRules, ElementTypesNeedOperatorSets) {
  for (const TypeCase& c : types()) {
    const std::string text = "input x: " + c.type +
                             "[4]\nconst s: float32[] = [1]\ny = DequantizeLinear(x, s) @dq\n"
                             "output y\n";
    const std::string rule = cat(c.name, " needs operator set ", c.opset);
    for (const RuntimeRules& rules : all_runtime_rules()) {
      const auto early = rules.judge(model_of(text, {c.opset - 1, c.ir}), op_registry());
      ASSERT_TRUE(mentions(early.problems, rule)) << rules.name << " " << c.name;
      EXPECT_THAT(early.problems[0].node, HasSubstr("'dq'"));
      const auto on_time = rules.judge(model_of(text, {c.opset, c.ir}), op_registry());
      EXPECT_FALSE(mentions(on_time.problems, rule)) << rules.name << " " << c.name;
    }
  }
}

TEST(FileRules, ElementTypesNeedIrVersions) {
  for (const TypeCase& c : types()) {
    const std::string text = "input x: " + c.type +
                             "[4]\nconst s: float32[] = [1]\ny = DequantizeLinear(x, s)\n"
                             "output y\n";
    const std::string rule = cat(c.name, " needs IR version ", c.ir);
    const RuntimeRules& rules = runtime_rules("tensorrt");
    EXPECT_TRUE(
        mentions(rules.judge(model_of(text, {c.opset, c.ir - 1}), op_registry()).remarks, rule))
        << rule;
    EXPECT_FALSE(
        mentions(rules.judge(model_of(text, {c.opset, c.ir}), op_registry()).remarks, rule))
        << rule;
  }
}

TEST(FileRules, FormsOfQuantizationNeedOperatorSets) {
  const auto problem = [](const std::string& more, const std::string& node, std::int64_t opset) {
    const auto j =
        runtime_rules("openvino")
            .judge(model_of("input x: uint8[4,4]\ninput w: int16[4,4]\ninput f: "
                            "float32[4,4]\nconst s: float32[] = [1]\nconst h: float16[] "
                            "= [1]\nconst c: float32[4] = fill(1)\nconst b: float32[2,4] "
                            "= fill(1)\n" +
                                more + "y = " + node + "\noutput y\n",
                            {opset, 13}),
                   op_registry());
    return j.problems.empty() ? std::string() : j.problems[0].rule;
  };
  EXPECT_THAT(problem("", "DequantizeLinear(x, s)", 9), HasSubstr("operator set 10"));
  EXPECT_EQ(problem("", "DequantizeLinear(x, s)", 10), "");
  EXPECT_THAT(problem("", "DequantizeLinear(x, c) {axis = 0}", 12), HasSubstr("operator set 13"));
  EXPECT_EQ(problem("", "DequantizeLinear(x, c) {axis = 0}", 13), "");
  EXPECT_THAT(problem("", "DequantizeLinear(x, h)", 18), HasSubstr("operator set 19"));
  EXPECT_EQ(problem("", "DequantizeLinear(x, h)", 19), "");
  EXPECT_THAT(problem("", "DequantizeLinear(w, s)", 20), HasSubstr("operator set 21"));
  EXPECT_EQ(problem("", "DequantizeLinear(w, s)", 21), "");
  const std::string blocks = "DequantizeLinear(x, b) {axis = 0, block_size = 2}";
  EXPECT_THAT(problem("", blocks, 20), HasSubstr("operator set 21"));
  EXPECT_EQ(problem("", blocks, 21), "");
  const std::string typed = "QuantizeLinear(f, s) {output_dtype = 3}";
  EXPECT_THAT(problem("", typed, 20), HasSubstr("operator set 21"));
  EXPECT_EQ(problem("", typed, 21), "");
  EXPECT_THAT(problem("", "Gelu(f)", 19), HasSubstr("Gelu needs operator set 20"));
  EXPECT_EQ(problem("", "Gelu(f)", 20), "");
}

TEST(FileRules, OperatorsThatOnnxLacksAreProblems) {
  const std::string text = "input x: float32[4]\ny: float32[4] = HardSigmoix(x)\noutput y\n";
  for (const RuntimeRules& rules : all_runtime_rules()) {
    expect_problem(rules.judge(model_of(text), op_registry()), "HardSigmoix", "HardSigmoix",
                   "no such operator");
  }
}

TEST(FileRules, NoRuntimeHasOperatorsOfPare) {
  const std::string text =
      "input x: uint8[4]\nconst t: float32[4] = fill(1)\nconst s: float32[] = [1]\n"
      "y = pare::DequantizeTable(x, t, s)\noutput y\n";
  for (const RuntimeRules& rules : all_runtime_rules()) {
    const auto j = rules.judge(model_of(text, {.opset = 21, .ir_version = 10}), op_registry());
    expect_problem(j, "DequantizeTable", "pare::DequantizeTable", "only pare");
  }
}

TEST(FileRules, BodiesAreLookedInto) {
  const std::string text =
      "input c: bool[]\ninput x: int4[4]\nconst s: float32[] = [1]\ny: float32[4] = If(c) "
      "{then_branch = graph {v = DequantizeLinear(x, s) output v}, else_branch = graph {v = "
      "DequantizeLinear(x, s) output v}}\noutput y\n";
  const auto j = runtime_rules("openvino")
                     .judge(model_of(text, {.opset = 20, .ir_version = 10}), op_registry());
  EXPECT_EQ(j.problems.size(), 2U);
}

TEST(FileRules, AFloatModelHasNoQuantizedLayers) {
  const std::string text =
      "input x: float32[4,4]\nconst w: float32[4,4] = fill(1)\na = MatMul(x, w)\ny = Relu(a)\n"
      "output y\n";
  for (const RuntimeRules& rules : all_runtime_rules()) {
    const auto j = rules.judge(model_of(text, {.opset = 17, .ir_version = 8}), op_registry());
    EXPECT_TRUE(j.loads());
    EXPECT_TRUE(j.layers.empty());
    EXPECT_TRUE(j.remarks.empty());
  }
}

/// Files may say anything: missing inputs, types and axes out of range. Types are not inferred
/// here, which would refuse most of that.
TEST(FileRules, BrokenQuantizationIsJudgedToo) {
  const std::string text =
      "input x: float32[4,4]\nconst c: uint8[4,4] = fill(1)\nconst s: float32[4] = fill(1)\n"
      "q: uint8[4,4] = com.microsoft::QuantizeLinear()\n"
      "r: uint8[4,4] = com.microsoft::QuantizeLinear(x, s) {output_dtype = 999, axis = -9}\n"
      "a: float32[4,4] = com.microsoft::DequantizeLinear()\n"
      "b: float32[4,4] = com.microsoft::DequantizeLinear(c)\n"
      "d: float32[4,4] = com.microsoft::DequantizeLinear(c, s) {axis = -9}\n"
      "e: float32[4,4] = com.microsoft::DequantizeLinear(r, s) {axis = 9, block_size = 3}\n"
      "m1 = MatMul(a, b)\nm2 = MatMul(x, b)\nm3 = MatMul(e, d)\nm4 = Gemm(e, d)\n"
      "n: uint8[4,4] = com.microsoft::QuantizeLinear(m3, s)\n"
      "output q\noutput m1\noutput m2\noutput m4\noutput n\n";
  for (const RuntimeRules& rules : all_runtime_rules()) {
    Model model;
    model.graph = parse_graph(text);
    model.opsets = {{"", 21}};
    model.ir_version = 10;
    const auto j = rules.judge(model, op_registry());
    EXPECT_EQ(j.layers.size(), 4U) << rules.name;
    EXPECT_EQ(j.count(LayerForm::narrow_float), 0U) << rules.name;
  }
}

TEST(FileRules, RuntimesAreFoundByName) {
  for (const char* name : {"onnxruntime", "tensorrt", "openvino"}) {
    EXPECT_EQ(runtime_rules(name).name, name);
  }
  try {
    (void)runtime_rules("nowhere");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::usage);
    EXPECT_THAT(error.message(), HasSubstr("tensorrt"));
  }
}

}  // namespace
}  // namespace pare::rules_test
