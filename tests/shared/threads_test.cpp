#include <gtest/gtest.h>

#include "base/text.hpp"
#include "base/threads.hpp"
#include "compress/data_source.hpp"
#include "compress/recipe.hpp"
#include "evaluate/evaluate.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "shared/shared.hpp"

// Results do not depend on the number of threads: not by one bit.
namespace pare::shared {
namespace {

/// One session per number of threads, as a user starts the program.
void expect_same_bits(const Graph& graph, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 4}) {
    SessionOptions options;
    options.threads = threads;
    const auto session = Session::create(graph, op_registry(), options);
    const std::vector<Tensor> got = session->run(inputs);
    if (first.empty()) first = got;
    ASSERT_EQ(got.size(), first.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_TRUE(identical(first[i], got[i])) << threads << " threads, output " << i;
    }
  }
  set_threads(0);
}

class ThreadBits : public testing::TestWithParam<std::string> {};

TEST_P(ThreadBits, FloatResultsAreTheSame) {
  TargetChoice choice =
      choose_target("native", {&op_registry(), [](const auto& path) { return read_model(path); }});
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 4}) {
    choice.options.threads = threads;
    const auto model = choice.target->load(at(GetParam()), choice.options);
    const std::vector<Tensor> got = model->run(inputs_for(GetParam(), model->inputs(), 1));
    if (first.empty()) first = got;
    ASSERT_EQ(got.size(), first.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_TRUE(identical(first[i], got[i])) << threads << " threads, output " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Onnx, ThreadBits, testing::ValuesIn(onnx_models()),
                         [](const auto& tested) { return test_name(tested.param); });

class Int8ThreadBits : public testing::TestWithParam<Classifier> {};

TEST_P(Int8ThreadBits, StaticInt8ResultsAreTheSame) {
  const Classifier& c = GetParam();
  Model model = read_model(at(c.model));
  const auto loaded = load_native(c.model);
  std::vector<std::string> parts = split(c.data, ',');
  for (std::string& part : parts) part = at(part).string();
  const auto data = open_dataset(join(parts, ","));
  const DatasetSource samples(subset(data, sample_indices(data->size(), 8, 1)), c.preprocess,
                              input_specs(loaded->inputs()));
  MethodContext context{op_registry(), choose_target("native").target->rules};
  context.calibration = &samples;
  run_recipe(model, parse_recipe("steps:\n  - optimize: {}\n  - quantize: {scheme: int8}\n"),
             context);
  expect_same_bits(*model.graph, inputs_for(c.model, loaded->inputs(), 1));
}

INSTANTIATE_TEST_SUITE_P(Onnx, Int8ThreadBits, testing::ValuesIn(classifiers()),
                         [](const auto& tested) { return test_name(tested.param.model); });

}  // namespace
}  // namespace pare::shared
