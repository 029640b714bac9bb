#include <gtest/gtest.h>

#include "base/text.hpp"
#include "evaluate/evaluate.hpp"
#include "shared/shared.hpp"

namespace pare::shared {
namespace {

std::shared_ptr<const Dataset> open(const std::string& relative) {
  std::vector<std::string> parts = split(relative, ',');
  for (std::string& part : parts) part = at(part).string();
  return open_dataset(join(parts, ","));
}

class EveryClassifier : public testing::TestWithParam<Classifier> {};

TEST_P(EveryClassifier, AnswersAsOnnxRuntimeDoesAndReachesItsBaseline) {
  const Classifier& c = GetParam();
  const auto data = open(c.data);
  EvaluateOptions options;
  options.preprocess = c.preprocess;
  options.batch_size = 8;
  const auto theirs = load_onnxruntime(c.model);
  const auto ours = load_native(c.model);
  const Evaluation want = evaluate(subject_of(*theirs), data, options);
  const Evaluation got = evaluate(subject_of(*ours), data, options);
  ASSERT_EQ(want.samples, c.baseline_samples);
  ASSERT_EQ(got.samples, c.baseline_samples);
  // float32 either way: only a tie within rounding could be answered differently.
  const Agreement same = agreement(want, got);
  EXPECT_GE(same.same, same.samples - 1);
  EXPECT_NEAR(got.value, want.value, 1.01 / static_cast<double>(want.samples));
  // The baseline was measured with another image library: its rounding moves few samples.
  EXPECT_NEAR(got.value, c.baseline, 0.01);
  std::cout << test_name(c.model) << ": top1 native " << got.value << ", onnxruntime " << want.value
            << ", baseline " << c.baseline << ", top5 " << got.top5 << ", F1 " << got.macro_f1
            << "\n";
}

INSTANTIATE_TEST_SUITE_P(Onnx, EveryClassifier, testing::ValuesIn(classifiers()),
                         [](const auto& tested) { return test_name(tested.param.model); });

TEST(Mnist, ReachesItsBaseline) {
  EvaluateOptions options;
  options.preprocess = preprocess_preset("raw");
  const auto data = open("data/mnist");
  std::vector<std::int64_t> first;  // the baseline's samples
  for (std::int64_t i = 0; i < 1500; ++i) first.push_back(i);
  const auto model = load_native("models/mnist/mnist_cntk.onnx");
  const Evaluation e = evaluate(subject_of(*model), subset(data, first), options);
  EXPECT_EQ(e.samples, 1500);
  EXPECT_NEAR(e.value, 0.9827, 0.0005);
}

TEST(FastestDet, ReachesItsBaseline) {
  EvaluateOptions options;
  options.preprocess = preprocess_preset("unit-bgr");
  const auto data = open("data/coco");
  const auto ours = load_native("models/detection/FastestDet_coco_352_fp32.onnx");
  const auto theirs = load_onnxruntime("models/detection/FastestDet_coco_352_fp32.onnx");
  const Evaluation got = evaluate(subject_of(*ours), data, options);
  const Evaluation want = evaluate(subject_of(*theirs), data, options);
  EXPECT_EQ(got.metric, "mAP@0.5");
  EXPECT_EQ(got.samples, 40);
  EXPECT_NEAR(got.value, want.value, 0.005);
  EXPECT_NEAR(got.value, 0.395, 0.0005);
  std::cout << "FastestDet: mAP@0.5 native " << got.value << ", onnxruntime " << want.value
            << ", 95 % " << got.interval.low << " to " << got.interval.high << "\n";
}

}  // namespace
}  // namespace pare::shared
