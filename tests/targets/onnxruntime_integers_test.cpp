#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "formats/format.hpp"
#include "targets/target.hpp"
#include "targets/temporary.hpp"
#include "targets/tiny_onnx.hpp"

/// What src/targets/onnxruntime claims about integer execution, held against what the library does:
/// its profile names the kernels that ran. Where there is no library, onnxruntime_test.cpp says so.
namespace pare {
namespace {

const TargetDef& target() { return *choose_target("onnxruntime").target; }

std::vector<std::string> libraries() {
  const TargetStatus s = target().status({});
  return s.found ? std::vector<std::string>{s.where} : std::vector<std::string>{};
}

constexpr int kU8 = 2;
constexpr int kI8 = 3;

std::string list(const std::string& name, const std::vector<std::int64_t>& values) {
  return tiny::tensor(name, 7, {static_cast<std::int64_t>(values.size())}, tiny::raw(values));
}

/// A node to be put between DequantizeLinear and QuantizeLinear.
struct Form {
  std::string op;
  std::vector<tiny::Size> in;
  std::vector<tiny::Size> out;
  std::vector<std::string> constants = {};  ///< further inputs, named k0, k1 ...; "" = omitted
  std::vector<std::string> attributes = {};
  int data_inputs = 1;
  int outputs = 1;
};

const std::map<std::string, Form>& forms() {
  static const std::vector<tiny::Size> square = {4, 4};
  static const std::vector<tiny::Size> picture = {1, 4, 4, 4};
  static const std::vector<std::string> pool = {tiny::ints_attribute("kernel_shape", {2, 2}),
                                                tiny::ints_attribute("strides", {2, 2})};
  static const std::vector<Form> all = {
      {"Add", square, square, {}, {}, 2},
      {"AveragePool", picture, {1, 4, 2, 2}, {}, pool},
      {"Concat", square, {4, 8}, {}, {tiny::int_attribute("axis", 1)}, 2},
      {"DepthToSpace", {1, 4, 2, 2}, {1, 1, 4, 4}, {}, {tiny::int_attribute("blocksize", 2)}},
      {"Erf", square, square},
      {"Expand", {1, 4}, square, {list("k0", {4, 4})}},
      {"Flatten", {1, 4, 2, 2}, {1, 16}},
      {"Gather", square, {2, 4}, {list("k0", {0, 2})}},
      {"GatherElements",
       square,
       {1, 4},
       {tiny::tensor("k0", 7, {1, 4}, tiny::raw<std::int64_t>({0, 1, 2, 3}))}},
      {"GlobalAveragePool", picture, {1, 4, 1, 1}},
      {"LeakyRelu", square, square},
      {"MaxPool", picture, {1, 4, 2, 2}, {}, pool},
      {"Mul", square, square, {}, {}, 2},
      {"Pad", square, {5, 4}, {list("k0", {1, 0, 0, 0})}},
      {"ReduceMax", square, {4, 1}, {list("k0", {1})}},
      {"ReduceMean", square, {4, 1}, {list("k0", {1})}},
      {"ReduceMin", square, {4, 1}, {list("k0", {1})}},
      {"Relu", square, square},
      {"Reshape", square, {2, 8}, {list("k0", {2, 8})}},
      {"Resize",
       {1, 1, 2, 2},
       {1, 1, 4, 4},
       {"", tiny::tensor("k1", 1, {4}, tiny::raw<float>({1, 1, 2, 2}))}},
      {"Sigmoid", square, square},
      {"Slice", square, {2, 4}, {list("k0", {0}), list("k1", {2})}},
      {"Softmax", square, square},
      {"SpaceToDepth", {1, 1, 4, 4}, {1, 4, 2, 2}, {}, {tiny::int_attribute("blocksize", 2)}},
      {"Split", square, {2, 4}, {list("k0", {2, 2})}, {}, 1, 2},
      {"Squeeze", {1, 4}, {4}, {list("k0", {0})}},
      {"Sub", square, square, {}, {}, 2},
      {"Tile", {1, 4}, square, {list("k0", {4, 1})}},
      {"Transpose", {2, 4}, {4, 2}},
      {"Unsqueeze", {4}, {1, 4}, {list("k0", {0})}},
      {"Where", square, square, {}, {}, 2},
  };
  static const std::map<std::string, Form> by_name = [] {
    std::map<std::string, Form> map;
    for (const Form& f : all) map[f.op] = f;
    return map;
  }();
  return by_name;
}

tiny::File file_of(const Form& form) {
  tiny::File f;
  f.opset = 21;
  f.ir_version = 10;
  f.constants = {tiny::tensor("scale", 1, {}, tiny::raw<float>({0.5F})),
                 tiny::tensor("zero", kU8, {}, std::string(1, 'd'))};
  std::vector<std::string> inputs;
  if (form.op == "Where") {
    f.inputs.push_back(tiny::value_info("condition", 9, form.in));
    inputs.emplace_back("condition");
  }
  for (int i = 0; i < form.data_inputs; ++i) {
    const std::string n = std::to_string(i);
    f.inputs.push_back(tiny::value_info("x" + n, kU8, form.in));
    f.nodes.push_back(tiny::node("DequantizeLinear", {"x" + n, "scale", "zero"}, {"d" + n}));
    inputs.push_back("d" + n);
  }
  for (std::size_t i = 0; i < form.constants.size(); ++i) {
    inputs.push_back(form.constants[i].empty() ? "" : "k" + std::to_string(i));
    if (!form.constants[i].empty()) f.constants.push_back(form.constants[i]);
  }
  std::vector<std::string> outputs = {"m0"};
  if (form.outputs == 2) outputs.emplace_back("m1");
  f.nodes.push_back(tiny::node(form.op, inputs, outputs, form.attributes));
  for (int i = 0; i < form.outputs; ++i) {
    const std::string n = std::to_string(i);
    f.nodes.push_back(tiny::node("QuantizeLinear", {"m" + n, "scale", "zero"}, {"y" + n}));
    f.outputs.push_back(tiny::value_info("y" + n, kU8, form.out));
  }
  return f;
}

/// A product with weights, in the ways that matter.
struct Product {
  std::string op;
  int x = kU8;
  int w = kI8;
  bool per_channel = true;
  bool quantized_output = true;
};

tiny::File file_of(const Product& p) {
  const bool conv = p.op == "Conv" || p.op == "ConvTranspose";
  const std::vector<tiny::Size> shape =
      conv ? std::vector<tiny::Size>{1, 4, 4, 4} : std::vector<tiny::Size>{4, 4};
  const std::vector<std::int64_t> channels =
      p.per_channel ? std::vector<std::int64_t>{4} : std::vector<std::int64_t>{};
  const std::size_t count = p.per_channel ? 4 : 1;
  tiny::File f;
  f.constants = {
      tiny::tensor("scale", 1, {}, tiny::raw<float>({0.5F})),
      tiny::tensor("zero", p.x, {}, std::string(1, '\3')),
      tiny::tensor("w_scale", 1, channels, tiny::raw(std::vector<float>(count, 0.1F))),
      tiny::tensor("w_zero", p.w, channels, std::string(count, '\0')),
      tiny::tensor("w", p.w,
                   conv ? std::vector<std::int64_t>{4, 4, 1, 1} : std::vector<std::int64_t>{4, 4},
                   std::string(16, '\1'))};
  f.inputs = {tiny::value_info("x0", p.x, shape)};
  f.nodes = {tiny::node("DequantizeLinear", {"x0", "scale", "zero"}, {"d"}),
             tiny::node("DequantizeLinear", {"w", "w_scale", "w_zero"}, {"dw"},
                        {tiny::int_attribute("axis", p.op == "Conv" ? 0 : 1)}),
             tiny::node(p.op, {"d", "dw"}, {"m0"})};
  if (p.quantized_output) {
    f.nodes.push_back(tiny::node("QuantizeLinear", {"m0", "scale", "zero"}, {"y0"}));
    f.outputs = {tiny::value_info("y0", p.x, shape)};
  } else {
    f.outputs = {tiny::value_info("m0", 1, shape)};
  }
  return f;
}

class Integers : public testing::TestWithParam<std::string> {
 protected:
  /// What ran: the profile's operators.
  std::vector<std::string> executed(const tiny::File& file) {
    file.write(path_);
    TargetOptions options;
    options.library = GetParam();
    options.threads = 1;
    options.profile = true;
    const auto model = target().load(path_, options);
    std::vector<Tensor> inputs;
    for (const PortInfo& p : model->inputs()) {
      inputs.emplace_back(p.type.dtype, to_numbers(p.type.shape.value()).value());
    }
    (void)model->run(inputs);
    std::vector<std::string> ops;
    for (const StepInfo& step : model->profile()) ops.push_back(step.op);
    return ops;
  }

  static bool in_float(const std::vector<std::string>& ops) {
    return std::any_of(ops.begin(), ops.end(), [](const std::string& op) {
      return op == "DequantizeLinear" || op == "QuantizeLinear";
    });
  }

  /// Holds the target's judgement of the node that makes `m0` against the library.
  void compare(const tiny::File& file, const std::string& what) {
    const std::vector<std::string> ops = executed(file);
    const Model model = read_model(path_);
    const Value* result = model.graph->find("m0");
    ASSERT_NE(result, nullptr) << what;
    const Support s = target().supports(*result->producer(), {});
    EXPECT_EQ(s.accelerated, !in_float(ops))
        << what << ": " << s.reason << "; ran " << testing::PrintToString(ops);
  }

 private:
  tiny::Folder folder_;
  std::filesystem::path path_ = folder_ / "model.onnx";
};

TEST_P(Integers, RunTheOperatorsOfTheRules) {
  for (const std::string& op : target().rules.int8_ops) {
    ASSERT_EQ(forms().count(op), 1U) << op << " has no form to be tested with";
    const std::vector<std::string> ops = executed(file_of(forms().at(op)));
    EXPECT_FALSE(in_float(ops)) << op << " ran as " << testing::PrintToString(ops);
  }
}

TEST_P(Integers, DoNotRunOperatorsBesidesTheRules) {
  const std::vector<std::string>& rules = target().rules.int8_ops;
  for (const auto& [op, form] : forms()) {
    if (std::find(rules.begin(), rules.end(), op) != rules.end()) continue;
    EXPECT_TRUE(in_float(executed(file_of(form)))) << op << " could be added to the rules";
  }
}

TEST_P(Integers, AreJudgedAsTheLibraryDecides) {
  for (const auto& [op, form] : forms()) {
    if (form.outputs == 1 && op != "Where") compare(file_of(form), op);
  }
}

TEST_P(Integers, ProductsAreJudgedAsTheLibraryDecides) {
  for (const char* op : {"Conv", "MatMul", "Gemm", "ConvTranspose"}) {
    for (const int x : {kU8, kI8}) {
      for (const int w : {kU8, kI8}) {
        for (const bool quantized : {true, false}) {
          const Product p{op, x, w, /*per_channel=*/true, quantized};
          compare(file_of(p), cat(op, " x ", x, " w ", w, quantized ? " Q" : ""));
        }
      }
    }
  }
}

TEST_P(Integers, AreUsedForConvolutionsAndProducts) {
  using testing::Contains;
  EXPECT_THAT(executed(file_of(Product{"Conv"})), Contains("QLinearConv"));
  EXPECT_THAT(executed(file_of(Product{"MatMul"})), Contains("QLinearMatMul"));
  EXPECT_THAT(executed(file_of(Product{"Gemm"})), Contains("QGemm"));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Integers);
INSTANTIATE_TEST_SUITE_P(OnnxRuntime, Integers, testing::ValuesIn(libraries()),
                         [](const auto&) { return std::string("found"); });

}  // namespace
}  // namespace pare
