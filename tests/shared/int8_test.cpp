#include <gtest/gtest.h>

#include <iostream>

#include "base/temporary_directory.hpp"
#include "base/text.hpp"
#include "compress/data_source.hpp"
#include "compress/recipe.hpp"
#include "evaluate/evaluate.hpp"
#include "evaluate/exchange.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "shared/shared.hpp"

namespace pare::shared {
namespace {

constexpr std::int64_t kCalibration = 64;

std::shared_ptr<const Dataset> open(const std::string& relative) {
  std::vector<std::string> parts = split(relative, ',');
  for (std::string& part : parts) part = at(part).string();
  return open_dataset(join(parts, ","));
}

/// Convolutional classifiers: what static 8-bit quantization is made for.
std::vector<Classifier> convolutional() {
  std::vector<Classifier> list;
  for (const Classifier& c : classifiers()) {
    if (c.model.find("encoder") == std::string::npos) list.push_back(c);
  }
  return list;
}

class Int8 : public testing::TestWithParam<Classifier> {
 protected:
  Model quantized(const char* target) {
    const Classifier& c = GetParam();
    Model model = read_model(at(c.model));
    const auto loaded = load_native(c.model);
    const auto data = open(c.data);
    const DatasetSource samples(subset(data, sample_indices(data->size(), kCalibration, 1)),
                                c.preprocess, input_specs(loaded->inputs()));
    MethodContext context{op_registry(), choose_target(target).target->rules};
    context.calibration = &samples;
    run_recipe(model, parse_recipe("steps:\n  - optimize: {}\n  - quantize: {scheme: int8}\n"),
               context);
    return model;
  }

  Evaluation accuracy(Subject subject) {
    EvaluateOptions options;
    options.preprocess = GetParam().preprocess;
    options.batch_size = 8;
    return evaluate(std::move(subject), open(GetParam().data), options);
  }

  /// Loses at most two percent of the samples, beyond what chance explains.
  void expect_close(const Evaluation& before, const Evaluation& after, const char* where) {
    const PairedChange change = accuracy_change(before, after);
    EXPECT_GT(change.interval.high, -0.02) << where;
    std::cout << test_name(GetParam().model) << " int8 on " << where << ": top1 " << before.value
              << " -> " << after.value << " (" << 100 * change.interval.low << " to "
              << 100 * change.interval.high << " %), agreement " << agreement(before, after).share()
              << "\n";
  }
};

TEST_P(Int8, EveryConvolutionIsInAFormThatOnnxRuntimeRunsOnIntegers) {
  const Model model = quantized("onnxruntime");
  const TargetDef& ort = *choose_target("onnxruntime").target;
  int integer = 0;
  for (const Node* node : model.graph->nodes()) {
    if (!node->is("Conv") && !node->is("Gemm") && !node->is("MatMul")) continue;
    const Support s = ort.supports(*node, {});
    EXPECT_TRUE(s.accelerated) << node->label() << ": " << s.reason;
    if (s.accelerated) ++integer;
  }
  EXPECT_GT(integer, 0);
}

TEST_P(Int8, KeepsAccuracyOnNative) {
  const auto before = load_native(GetParam().model);
  const Model model = quantized("native");
  const auto session = Session::create(*model.graph, op_registry(), {});
  expect_close(accuracy(subject_of(*before)), accuracy(subject_of(*session)), "native");
}

TEST_P(Int8, WrittenFileKeepsAccuracyOnOnnxRuntime) {
  const TemporaryDirectory folder;
  const Model model = quantized("onnxruntime");
  write_model(model, folder.path() / "int8.onnx");
  const TargetChoice choice = choose_target("onnxruntime");
  const auto before = load_onnxruntime(GetParam().model);
  const auto after = choice.target->load(folder.path() / "int8.onnx", choice.options);
  expect_close(accuracy(subject_of(*before)), accuracy(subject_of(*after)), "onnxruntime");
}

INSTANTIATE_TEST_SUITE_P(Onnx, Int8, testing::ValuesIn(convolutional()),
                         [](const auto& tested) { return test_name(tested.param.model); });

}  // namespace
}  // namespace pare::shared
