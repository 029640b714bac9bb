#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "formats/format.hpp"
#include "targets/integer_forms.hpp"
#include "targets/target.hpp"
#include "targets/temporary.hpp"

/// What src/targets/onnxruntime claims about integer execution, held against what the library does:
/// its profile names the kernels that ran. Where there is no library, onnxruntime_test.cpp says so.
namespace pare {
namespace {

const TargetDef& target() { return *choose_target("onnxruntime").target; }

std::vector<std::string> libraries() {
  const TargetStatus s = target().status({});
  return s.found ? std::vector<std::string>{s.where} : std::vector<std::string>{};
}

using tiny::file_of;
using tiny::forms;
using tiny::kI8;
using tiny::kU8;

/// A product with weights, in the ways that matter.
struct Product {
  std::string op;
  int x = kU8;
  int w = kI8;
  bool per_channel = true;
  bool quantized_output = true;
};

tiny::File product_file(const Product& p) {
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
          compare(product_file(p), cat(op, " x ", x, " w ", w, quantized ? " Q" : ""));
        }
      }
    }
  }
}

TEST_P(Integers, AreUsedForConvolutionsAndProducts) {
  using testing::Contains;
  EXPECT_THAT(executed(product_file(Product{"Conv"})), Contains("QLinearConv"));
  EXPECT_THAT(executed(product_file(Product{"MatMul"})), Contains("QLinearMatMul"));
  EXPECT_THAT(executed(product_file(Product{"Gemm"})), Contains("QGemm"));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Integers);
INSTANTIATE_TEST_SUITE_P(OnnxRuntime, Integers, testing::ValuesIn(libraries()),
                         [](const auto&) { return std::string("found"); });

}  // namespace
}  // namespace pare
