#include <map>

#include "formats/format.hpp"
#include "support/tiny_onnx.hpp"
#include "targets/rules/judged.hpp"
#include "targets/target.hpp"
#include "targets/temporary.hpp"

namespace pare::rules_test {
namespace {

using testing::HasSubstr;

constexpr auto kInteger = LayerForm::integer;
constexpr auto kPacked = LayerForm::packed;
constexpr auto kFloat = LayerForm::floating;

/// A model whose layer `op` has that form by the rules, and the kernel that ONNX Runtime runs then.
struct Case {
  std::string what;
  std::string text;
  std::string op;
  LayerForm form = kFloat;
  std::string reason;
  std::string kernel;
};

const std::string kInt8Weights = "DequantizeLinear(cw, ws, wz) {axis = 0}";

/// A product of codes of type x, with weights [4, 4].
std::string coded_product(const std::string& x, const std::string& zero, const std::string& b,
                          const std::string& node, bool quantized) {
  return "input x: " + x + "[4,4]\n" + kConstants + "a = DequantizeLinear(x, s, " + zero +
         ")\nb = " + b + "\nc = " + node + "\n" +
         (quantized ? "y = QuantizeLinear(c, s, " + zero + ")\n" : "y = Identity(c)\n") +
         "output y\n";
}

std::string between(const std::string& node, const std::string& scale = "s") {
  return "input x: uint8[4,4]\n" + kConstants +
         "const shape: int64[2] = [2, 8]\na = DequantizeLinear(x, s, u3)\nb = " + node +
         "\ny = QuantizeLinear(b, " + scale + ", u3)\noutput y\n";
}

std::string with_relu(const std::string& zero) {
  return "input x: uint8[1,4,4,4]\n" + kConstants +
         "a = DequantizeLinear(x, s, u3)\nb = " + kInt8Weights +
         "\nc = Conv(a, b)\nr = Relu(c)\ny = QuantizeLinear(r, s, " + zero + ")\noutput y\n";
}

std::vector<Case> convolutions() {
  const std::string d = "d = DequantizeLinear(bq, bs) {axis = 0}\n";
  std::vector<Case> all = {
      {"int8 weights", conv(kInt8Weights), "Conv", kInteger, "8-bit integers", "QLinearConv"},
      {"uint8 weights", conv("DequantizeLinear(cu, s, u0)"), "Conv", kInteger, "8-bit integers",
       "QLinearConv"},
      {"bias at the product of scales", conv(kInt8Weights, "d", "uint8", "u3", d), "Conv", kInteger,
       "8-bit integers", "QLinearConv"},
      {"bias at another scale",
       conv(kInt8Weights, "d", "uint8", "u3", "d = DequantizeLinear(bq, far) {axis = 0}\n"), "Conv",
       kFloat, "scale of the bias", "Conv"},
      {"bias with a zero point",
       conv(kInt8Weights, "d", "uint8", "u3", "d = DequantizeLinear(bq, bs, b7) {axis = 0}\n"),
       "Conv", kFloat, "zero point", "Conv"},
      {"float bias", conv(kInt8Weights, "bias"), "Conv", kInteger, "8-bit integers", "QLinearConv"},
      {"int4 weights", conv("DequantizeLinear(c4, s)"), "Conv", kFloat, "INT4", "Conv"},
      {"int8 input, uint8 weights", conv("DequantizeLinear(cu, s, u0)", "", "int8", "i0"), "Conv",
       kFloat, "INT8", "Conv"},
      {"Relu that the codes do", with_relu("u0"), "Conv", kInteger, "8-bit integers",
       "QLinearConv"},
      {"Relu that the codes do not", with_relu("u3"), "Conv", kFloat, "QuantizeLinear",
       "FusedConv"},
      {"16-bit input", conv(kInt8Weights, "", "int16", "z16", "const z16: int16[] = [0]\n"), "Conv",
       kFloat, "no 8-bit integer", "Conv"}};
  all.push_back({"no QuantizeLinear behind",
                 "input x: uint8[1,4,4,4]\n" + kConstants + "a = DequantizeLinear(x, s, u3)\nb = " +
                     kInt8Weights + "\ny = Conv(a, b)\noutput y\n",
                 "Conv", kFloat, "QuantizeLinear", "Conv"});
  all.push_back({"another reader of the input",
                 "input x: uint8[1,4,4,4]\n" + kConstants +
                     "a = DequantizeLinear(x, s, u3)\nb = " + kInt8Weights +
                     "\nc = Conv(a, b)\ny = QuantizeLinear(c, s, u3)\nz = Erf(a)\noutput y\noutput "
                     "z\n",
                 "Conv", kInteger, "8-bit integers", "QLinearConv"});
  all.push_back({"float weights are quantized on loading", conv("Identity(cf)"), "Conv", kInteger,
                 "on loading", "QLinearConv"});
  all.push_back({"weights alone",
                 "input x: float32[1,4,4,4]\n" + kConstants + "b = " + kInt8Weights +
                     "\ny = Conv(x, b)\noutput y\n",
                 "Conv", kFloat, "no packed weights", "Conv"});
  return all;
}

std::vector<Case> coded_products() {
  const std::string w = "DequantizeLinear(mw, ws, wz) {axis = 1}";
  const std::string bare = "DequantizeLinear(mw, ws) {axis = 1}";
  const std::string with_bias = w + "\nd = DequantizeLinear(bq, bs) {axis = 0}";
  const auto gemm = [&](const std::string& weights, const std::string& node) {
    return coded_product("uint8", "u3", weights, node, true);
  };
  std::vector<Case> all = {
      {"MatMul", coded_product("uint8", "u3", w, "MatMul(a, b)", true), "MatMul", kInteger,
       "8-bit integers", "QLinearMatMul"},
      {"MatMul without Q", coded_product("uint8", "u3", w, "MatMul(a, b)", false), "MatMul",
       kInteger, "8-bit integers", "MatMulIntegerToFloat"},
      {"MatMul without zero points of weights",
       coded_product("uint8", "u3", bare, "MatMul(a, b)", true), "MatMul", kInteger,
       "8-bit integers", "QLinearMatMul"},
      {"int4 weights of coded inputs",
       "input x: uint8[4,64]\n" + kConstants +
           "a = DequantizeLinear(x, s, u3)\nb = DequantizeLinear(m64, m64s) {axis = 0, block_size "
           "= 64}\ny = MatMul(a, b)\noutput y\n",
       "MatMul", kFloat, "INT4", "MatMul"},
      {"Gemm", gemm(w, "Gemm(a, b)"), "Gemm", kInteger, "8-bit integers", "QGemm"},
      {"Gemm with a factor", gemm(w, "Gemm(a, b) {alpha = 2.0}"), "Gemm", kInteger,
       "8-bit integers", "QGemm"},
      {"Gemm with codes of a bias", gemm(with_bias, "Gemm(a, b, d)"), "Gemm", kInteger,
       "8-bit integers", "QGemm"},
      {"Gemm with a float bias", gemm(w, "Gemm(a, b, bias)"), "Gemm", kInteger, "8-bit integers",
       "QGemm"},
      {"Gemm with bias and alpha", gemm(with_bias, "Gemm(a, b, d) {alpha = 2.0}"), "Gemm", kFloat,
       "alpha and beta", "Gemm"},
      {"Gemm with bias and beta", gemm(w, "Gemm(a, b, bias) {beta = 2.0}"), "Gemm", kFloat,
       "alpha and beta", "Gemm"},
      {"Gemm without zero points", gemm(bare, "Gemm(a, b)"), "Gemm", kFloat, "zero points", "Gemm"},
      {"Gemm without Q", coded_product("uint8", "u3", with_bias, "Gemm(a, b, d)", false), "Gemm",
       kInteger, "8-bit integers", "QGemm"}};
#if defined(__x86_64__)
  all.push_back({"MatMul of int8 inputs", coded_product("int8", "i0", w, "MatMul(a, b)", true),
                 "MatMul", kFloat, "on x86", "MatMul"});
#endif
  return all;
}

std::vector<Case> weight_only() {
  const std::string blocks = "DequantizeLinear(m64, m64s) {axis = 0, block_size = 64}";
  std::vector<Case> all = {
      {"blocks of 64", product(blocks), "MatMul", kPacked, "MatMulNBits", "MatMulNBits"},
      {"per column", product("DequantizeLinear(m64, ws) {axis = 1}"), "MatMul", kPacked,
       "MatMulNBits", "MatMulNBits"},
      {"per tensor", product("DequantizeLinear(m64, s)"), "MatMul", kPacked, "MatMulNBits",
       "MatMulNBits"},
      {"blocks of 8", product("DequantizeLinear(m64, m8s) {axis = 0, block_size = 8}"), "MatMul",
       kFloat, "power of two from 16", "MatMul"},
      {"per row",
       product("DequantizeLinear(m64, rows) {axis = 0}", "MatMul(x, b)",
               "const rows: float32[64] = fill(1)\n"),
       "MatMul", kFloat, "per column", "MatMul"},
      {"Gemm", product(blocks, "Gemm(x, b, bias)"), "Gemm", kPacked, "MatMulNBits", "MatMulNBits"},
      {"Gemm with a factor", product(blocks, "Gemm(x, b, bias) {beta = 2.0}"), "Gemm", kFloat,
       "alpha and beta", "Gemm"},
      {"Gemm with transposed weights",
       product("DequantizeLinear(t64, ws) {axis = 0}", "Gemm(x, b) {transB = 1}",
               "const t64: int4[4,64] = fill(1)\n"),
       "Gemm", kFloat, "no transposed factors", "Gemm"},
      {"another reader of the weights",
       product(blocks, "MatMul(x, b)", "")
           .replace(product(blocks).find("output y"), 9, "z = Erf(b)\noutput y\noutput z\n"),
       "MatMul", kFloat, "another reader", "MatMul"}};
  all.push_back({"transposed weights",
                 product("DequantizeLinear(t64, ws) {axis = 0}\nt = Transpose(b) {perm = [1, 0]}",
                         "MatMul(x, t)", "const t64: int4[4,64] = fill(1)\n"),
                 "MatMul", kFloat, "block the fusion", "FusedMatMul"});
  for (const auto& [type, packs] : std::map<std::string, bool>{
           {"int8", true}, {"uint8", true}, {"uint4", true}, {"int2", true}, {"f8e4m3fn", false}}) {
    all.push_back({type + " per column",
                   product("DequantizeLinear(w, ws) {axis = 1}", "MatMul(x, b)",
                           "const w: " + type + "[64,4] = fill(1)\n"),
                   "MatMul", packs ? kPacked : kFloat, packs ? "MatMulNBits" : "packed kernel",
                   packs ? "MatMulNBits" : "MatMul"});
  }
  all.push_back(
      {"weights from a table",
       product("Mul(g, s)", "MatMul(x, b)",
               "const codes: uint8[64,4] = fill(1)\nconst t: float32[4] = [-1, 0, 0.5, 1]\n"
               "i = Cast(codes) {to = 6}\ng = Gather(t, i)\n"),
       "MatMul", kFloat, "table", "MatMul"});
  return all;
}

std::vector<Case> others() {
  return {
      {"same scales", between("Reshape(a, shape)"), "Reshape", kInteger, "8-bit integers",
       "Reshape"},
      {"other scales", between("Reshape(a, shape)", "s2"), "Reshape", kFloat, "different scales",
       "QuantizeLinear"},
      {"Sigmoid", between("Sigmoid(a)"), "Sigmoid", kInteger, "8-bit integers", "QLinearSigmoid"},
      {"Erf", between("Erf(a)"), "Erf", kFloat, "no integer kernel", "Erf"},
      {"MatMulNBits",
       "input x: float32[2,16]\nconst b: uint8[3,1,8] = fill(1)\nconst s: float32[3,1] = "
       "fill(1)\ny = com.microsoft::MatMulNBits(x, b, s) {K = 16, N = 3, bits = 4, block_size "
       "= 16}\noutput y\n",
       "MatMulNBits", kPacked, "takes codes", "MatMulNBits"}};
}

std::vector<Case> cases() {
  std::vector<Case> all = convolutions();
  for (const auto& more : {coded_products(), weight_only(), others()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

TEST(OnnxRuntimeRules, EveryFormIsJudgedAsWritten) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.what);
    const auto j = runtime_rules("onnxruntime").judge(model_of(c.text), op_registry());
    EXPECT_TRUE(j.loads()) << (j.loads() ? "" : j.problems[0].what);
    expect_layer(j, c.op, c.form, c.reason);
  }
}

/// A model that is refused, and a part of the rule.
struct Refused {
  std::string what;
  std::string text;
  std::string rule;
};

/// Codes of type `type` in a picture, `node` between DequantizeLinear and QuantizeLinear.
Refused around(const std::string& type, const std::string& node, const std::string& rule = "") {
  return {
      type + " around " + node,
      "input x: " + type + "[1,4,4,4]\n" + kConstants + "const z: " + type +
          "[] = [0]\nconst sh: int64[2] = [4, 16]\nconst ax: int64[1] = [1]\nconst k: " + type +
          "[4,4,1,1] = fill(1)\na = DequantizeLinear(x, s, z)\nb = DequantizeLinear(k, s, z)\n" +
          "c = " + node + "\ny = QuantizeLinear(c, s, z)\noutput y\n",
      rule};
}

/// Codes of FP8 in matrices, with weights `w`.
Refused matrices(const std::string& node, const std::string& zero, const std::string& end,
                 const std::string& rule = "") {
  return {"FP8 " + node + zero + end,
          "input x: f8e4m3fn[4,4]\n" + kConstants + "a = DequantizeLinear(x, s, f0)\n" +
              "b = DequantizeLinear(mf, s" + zero + ")\nc = " + node + "\ny = " + end +
              "\noutput y\n",
          rule};
}

Refused clipped(const std::string& input, const std::string& clip, const std::string& type,
                const std::string& rule = "") {
  return {type + " behind " + clip + " of " + input,
          "input x: float32[1,4,4,4]\n" + kConstants + "const z: " + type +
              "[] = [0]\nv = " + input + "\nr = " + clip +
              "\nq = QuantizeLinear(r, s, z)\ny = DequantizeLinear(q, s, z)\noutput y\n",
          rule};
}

const std::string kQuantized = "QuantizeLinear(c, s, f0)";
const std::string kIdentity = "Identity(c)";

std::vector<Refused> refused() {
  std::vector<Refused> all = {
      around("f8e4m3fn", "Conv(a, b)", "QLinearConv"),
      around("f8e5m2", "Conv(a, b)", "QLinearConv"),
      around("f8e4m3fn", "Conv(a, cf)", "QLinearConv"),
      around("uint4", "Conv(a, cf)", "QLinearConv"),
      around("f8e4m3fn", "Relu(d)", "QLinearConv"),
      around("int2", "Conv(a, cf)", "QLinearConv"),
      around("f8e4m3fn", "Add(a, a)", "QLinearAdd"),
      around("int2", "Add(a, a)", "QLinearAdd"),
      around("f8e4m3fn", "Sigmoid(a)", "QLinearSigmoid"),
      around("f8e4m3fn", "Concat(a, a) {axis = 1}", "QLinearConcat"),
      around("f8e4m3fn", "Slice(a, ax, ax)", "Slice on codes"),
      around("f8e4m3fn", "Flatten(a)", "Flatten on codes"),
      around("int4", "MaxPool(a) {kernel_shape = [2, 2]}", "MaxPool on codes"),
      around("int4", "ReduceMax(a, ax)", "ReduceMax on codes"),
      matrices("MatMul(a, b)", "", kQuantized, "QLinearMatMul"),
      matrices("MatMul(a, b)", ", f0", kQuantized, "QLinearMatMul"),
      matrices("MatMul(a, b)", ", f0", kIdentity, "QLinearMatMul"),
      matrices("Gemm(a, b)", ", f0", kQuantized, "QGemm"),
      matrices("Gemm(a, b)", ", f0", kIdentity, "QGemm"),
      clipped("Erf(x)", "Clip(v, s, s)", "f8e4m3fn", "behind Clip"),
      clipped("Erf(x)", "Clip(v, s, s)", "int4", "behind Clip"),
      clipped("Erf(x)", "Clip(v)", "f8e5m2", "behind Clip"),
      {"Clip without bounds at an input",
       "input x: float32[4]\n" + kConstants +
           "r = Clip(x)\nq = QuantizeLinear(r, s, f0)\ny = DequantizeLinear(q, s, f0)\noutput y\n",
       "behind Clip"},
      {"uint8 inputs, FP8 weights", conv("DequantizeLinear(c8, s, f0)"), "QLinearConv"},
      {"FP4 weights",
       product("DequantizeLinear(w, s)", "MatMul(x, b)", "const w: f4e2m1[64,4] = fill(1)\n"),
       "FLOAT4E2M1"},
      {"FP4 by Cast",
       "input x: float32[4]\nc = Cast(x) {to = 23}\ny = Cast(c) {to = 1}\noutput y\n",
       "FLOAT4E2M1"},
      {"other domains", "input x: float32[2]\ny: float32[2] = com.acme::Three(x)\noutput y\n",
       "other domains"},
      {"operators of GPUs",
       "input x: float32[1,4,8]\nconst b: float32[8] = fill(1)\n"
       "y = com.microsoft::BiasSplitGelu(x, b)\noutput y\n",
       "the CPU"}};
  for (Refused& r : all) {  // a convolution, its Relu, then codes
    if (const auto at = r.text.find("c = Relu(d)"); at != std::string::npos) {
      r.text.replace(at, 11, "d = Conv(a, b)\nc = Relu(d)");
    }
  }
  return all;
}

/// Models that look like the refused ones, and load.
std::vector<Refused> accepted() {
  return {around("int4", "Conv(a, b)"),
          around("int16", "Conv(a, b)"),
          around("int4", "Add(a, a)"),
          around("int4", "Flatten(a)"),
          around("int16", "MaxPool(a) {kernel_shape = [2, 2]}"),
          around("f8e4m3fn", "Reshape(a, sh)"),
          around("f8e4m3fn", "Transpose(a) {perm = [0, 2, 1, 3]}"),
          around("f8e4m3fn", "Erf(a)"),
          around("f8e4m3fn", "ConvTranspose(a, b)"),
          matrices("Gemm(a, b)", "", kQuantized),
          matrices("Gemm(a, b)", "", kIdentity),
          clipped("Erf(x)", "Clip(v, s, s)", "int16"),
          clipped("Erf(x)", "Relu(v)", "f8e4m3fn"),
          {"Clip with bounds at an input",
           "input x: float32[4]\n" + kConstants +
               "r = Clip(x, s, s)\nq = QuantizeLinear(r, s, f0)\ny = DequantizeLinear(q, s, f0)\n"
               "output y\n"},
          {"Clip with two readers",
           "input x: float32[4]\n" + kConstants +
               "v = Erf(x)\nr = Clip(v, s, s)\nq = QuantizeLinear(r, s, f0)\n"
               "y = DequantizeLinear(q, s, f0)\nz = Erf(r)\noutput y\noutput z\n"},
          {"FP8 weights of a convolution",
           "input x: float32[1,4,4,4]\n" + kConstants +
               "b = DequantizeLinear(c8, s)\ny = Conv(x, b)\noutput y\n"},
          {"FP8 convolution to float",
           "input x: f8e4m3fn[1,4,4,4]\n" + kConstants +
               "a = DequantizeLinear(x, s, f0)\nb = DequantizeLinear(c8, s)\ny = Conv(a, b)\n"
               "output y\n"}};
}

TEST(OnnxRuntimeRules, RefusedModelsAreRefusedByRule) {
  for (const Refused& r : refused()) {
    SCOPED_TRACE(r.what);
    const auto j = runtime_rules("onnxruntime").judge(model_of(r.text), op_registry());
    EXPECT_FALSE(j.loads());
    if (!j.loads()) {
      EXPECT_THAT(j.problems[0].rule, HasSubstr(r.rule));
    }
  }
  for (const Refused& r : accepted()) {
    SCOPED_TRACE(r.what);
    const auto j = runtime_rules("onnxruntime").judge(model_of(r.text), op_registry());
    EXPECT_TRUE(j.loads()) << (j.loads() ? "" : j.problems[0].what);
  }
}

/// The library ends the process, so only the harmless form is given to it (cases(): "transposed
/// weights").
TEST(OnnxRuntimeRules, TransposeOfScalesPerChannelNeedsPerm) {
  const auto judge = [](const std::string& weights) {
    return runtime_rules("onnxruntime")
        .judge(model_of(product(weights, "MatMul(x, t)", "const t64: int4[4,64] = fill(1)\n")),
               op_registry());
  };
  expect_problem(judge("DequantizeLinear(t64, ws) {axis = 0}\nt = Transpose(b)"), "Transpose",
                 "without perm", "ends the process");
  EXPECT_TRUE(
      judge("DequantizeLinear(t64, ws) {axis = 0}\nt = Transpose(b) {perm = [1, 0]}").loads());
  EXPECT_TRUE(judge("DequantizeLinear(t64, s)\nt = Transpose(b)").loads());
}

TEST(OnnxRuntimeRules, OperatorSetsEndAt26) {
  const std::string text = "input x: float32[2]\ny = Relu(x)\noutput y\n";
  EXPECT_TRUE(
      runtime_rules("onnxruntime").judge(model_of(text, {.opset = 26}), op_registry()).loads());
  expect_problem(runtime_rules("onnxruntime").judge(model_of(text, {.opset = 27}), op_registry()),
                 "", "operator set 27", "up to 26");
}

/// Weights with a scale of its own for each index of `axis`, [4, 4] or a convolution of 4 channels.
std::string scaled_along(const std::string& node, std::int64_t axis) {
  const bool conv = node.rfind("Conv", 0) == 0;
  return cat("input x: uint8", conv ? "[1,4,2,2]" : "[4,4]", "\n", kConstants,
             "const v: float32[4] = [0.1, 0.2, 0.4, 0.8]\na = DequantizeLinear(x, s, u3)\n"
             "b = DequantizeLinear(",
             conv ? "cw" : "mw", ", v, wz) {axis = ", axis, "}\nc = ", node,
             "\ny = QuantizeLinear(c, s, u3)\noutput y\n");
}

struct Scaled {
  std::string node;
  std::int64_t right;
  std::int64_t wrong;
};
const std::vector<Scaled>& scaled() {
  static const std::vector<Scaled> all = {{"MatMul(a, b)", 1, 0},
                                          {"Gemm(a, b)", 1, 0},
                                          {"Gemm(a, b) {transB = 1}", 0, 1},
                                          {"Conv(a, b)", 0, 1}};
  return all;
}

TEST(OnnxRuntimeRules, ScalesAlongTheWrongAxisAreProblems) {
  for (const Scaled& c : scaled()) {
    SCOPED_TRACE(c.node);
    const RuntimeRules& rules = runtime_rules("onnxruntime");
    EXPECT_TRUE(rules.judge(model_of(scaled_along(c.node, c.right)), op_registry()).loads());
    expect_problem(rules.judge(model_of(scaled_along(c.node, c.wrong)), op_registry()),
                   c.node.substr(0, 4), cat("along axis ", c.wrong), "something else");
  }
}

/// The rules against the library itself. Where there is none, onnxruntime_test.cpp says so.
class RulesAndLibrary : public testing::TestWithParam<std::string> {
 protected:
  TargetOptions options(bool profile) const {
    TargetOptions o;
    o.library = GetParam();
    o.threads = 1;
    o.profile = profile;
    return o;
  }
  std::filesystem::path written(const std::string& text) {
    write_model(model_of(text), path_, {.force = true});
    return path_;
  }
  /// "" when it loads, else what the library says.
  std::string refusal(const std::filesystem::path& path) const {
    try {
      (void)target().load(path, options(false));
      return "";
    } catch (const Error& error) {
      return error.message();
    }
  }
  static const TargetDef& target() { return *choose_target("onnxruntime").target; }

  tiny::Folder folder_;
  std::filesystem::path path_ = folder_ / "model.onnx";
};

TEST_P(RulesAndLibrary, RunTheSameKernels) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.what);
    const auto model = target().load(written(c.text), options(true));
    std::vector<Tensor> inputs;
    for (const PortInfo& p : model->inputs()) {
      ASSERT_TRUE(p.type.shape && to_numbers(*p.type.shape)) << p.name;
      inputs.emplace_back(p.type.dtype, to_numbers(*p.type.shape).value());
    }
    (void)model->run(inputs);
    std::vector<std::string> ops;
    for (const StepInfo& step : model->profile()) ops.push_back(step.op);
    EXPECT_THAT(ops, testing::Contains(c.kernel));
    if (c.kernel == c.op && c.form != kFloat) {  // the name alone does not tell
      EXPECT_THAT(ops, testing::Not(testing::Contains("DequantizeLinear")));
    }
  }
}

TEST_P(RulesAndLibrary, RefuseTheSameModels) {
  for (const Refused& r : refused()) EXPECT_NE(refusal(written(r.text)), "") << r.what;
  for (const Refused& r : accepted()) EXPECT_EQ(refusal(written(r.text)), "") << r.what;
}

TEST_P(RulesAndLibrary, ComputeTheSameUnlessScalesLieWrong) {
  for (const Scaled& c : scaled()) {
    for (const std::int64_t axis : {c.right, c.wrong}) {
      const std::string text = scaled_along(c.node, axis);
      const Model model = model_of(text);
      Tensor x(ElementKind::u8, to_numbers(*model.graph->inputs()[0]->type().shape).value());
      for (std::size_t i = 0; i < static_cast<std::size_t>(x.size()); ++i) {
        x.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(3 + i * i % 11);
      }
      const auto want = interpret(*model.graph, op_registry(), {x})[0].to_ints();
      const auto got = target().load(written(text), options(false))->run({x})[0].to_ints();
      EXPECT_EQ(got == want, axis == c.right) << c.node << " axis " << axis;
    }
  }
}

/// Files that pare's writer would not write: types in operator sets that lack them.
TEST_P(RulesAndLibrary, RefuseTypesThatComeTooEarly) {
  struct Early {
    int type;
    std::int64_t opset;
    std::int64_t ir;
    std::size_t bytes;  ///< of four values
  };
  for (const Early& e :
       {Early{22, 20, 10, 2}, Early{22, 21, 10, 2}, Early{22, 21, 8, 2}, Early{17, 18, 9, 4},
        Early{17, 19, 9, 4}, Early{26, 24, 13, 1}, Early{26, 25, 13, 1}}) {
    tiny::File f;
    f.opset = e.opset;
    f.ir_version = e.ir;
    f.constants = {tiny::tensor("s", 1, {}, tiny::raw<float>({0.5F})),
                   tiny::tensor("w", e.type, {4}, std::string(e.bytes, '\1'))};
    f.inputs = {tiny::value_info("x", 1, {4})};
    f.nodes = {tiny::node("DequantizeLinear", {"w", "s"}, {"d"}),
               tiny::node("Add", {"x", "d"}, {"y"})};
    f.outputs = {tiny::value_info("y", 1, {4})};
    f.write(path_);
    Model model = read_model(path_);
    infer_shapes(*model.graph, op_registry());
    const auto j = runtime_rules("onnxruntime").judge(model, op_registry());
    EXPECT_EQ(j.loads(), refusal(path_).empty())
        << "type " << e.type << " in " << e.opset << ", IR " << e.ir << ": " << refusal(path_);
  }
}

std::vector<std::string> libraries() {
  const TargetStatus s = choose_target("onnxruntime").target->status({});
  const bool known = s.found && s.version.rfind("1.30.", 0) == 0;  // whose rules these are
  return known ? std::vector<std::string>{s.where} : std::vector<std::string>{};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RulesAndLibrary);
INSTANTIATE_TEST_SUITE_P(OnnxRuntime, RulesAndLibrary, testing::ValuesIn(libraries()),
                         [](const auto&) { return std::string("found"); });

}  // namespace
}  // namespace pare::rules_test
