#include <gtest/gtest.h>

#include <set>

#include "data/npy.hpp"
#include "evaluate/fidelity.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "shared/shared.hpp"

namespace pare::shared {
namespace {

/// Two float32 executions that sum in different orders differ by some hundred units in the last
/// place of the greatest value after some tens of layers.
constexpr double kRounding = 1e-4;

class EveryModel : public testing::TestWithParam<std::string> {};

TEST_P(EveryModel, IsReadAndUsesKnownOperatorsOnly) {
  const Model model = read_model(at(GetParam()));
  EXPECT_GT(model.graph->node_count(), 0U);
  EXPECT_FALSE(model.graph->inputs().empty());
  EXPECT_FALSE(model.graph->outputs().empty());
  std::set<std::string> unknown;
  for (const Node* node : model.graph->nodes()) {
    if (op_registry().find(*node) == nullptr) unknown.insert(node->op());
  }
  EXPECT_EQ(unknown, std::set<std::string>{});
}

TEST_P(EveryModel, GivesTheNumbersOfOnnxRuntime) {
  const auto theirs = load_onnxruntime(GetParam());
  const auto ours = load_native(GetParam());
  const Model model = read_model(at(GetParam()));
  for (const std::uint64_t seed : {1U, 2U}) {
    std::vector<Tensor> exact;
    const std::vector<Tensor> inputs = inputs_for(GetParam(), theirs->inputs(), seed);
    const std::vector<Tensor> want = theirs->run(inputs);
    const std::vector<Tensor> got = ours->run(inputs);
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
      ASSERT_EQ(got[i].shape(), want[i].shape()) << theirs->outputs()[i].name;
      Fidelity f;
      f.add(want[i], got[i]);
      const double most = kRounding * std::max(1e-3, f.peak());
      if (f.max_abs() <= most) continue;
      // One of the two is wrong (ONNX Runtime's sigmoid has an absolute error of 1e-7 where it is
      // near 0): the reference kernels, in double, say which.
      if (exact.empty()) exact = interpret(*model.graph, op_registry(), inputs);
      Fidelity ours_alone;
      ours_alone.add(exact.at(i), got[i]);
      EXPECT_LE(ours_alone.max_abs(), most)
          << theirs->outputs()[i].name << ": SQNR " << f.sqnr_db() << " dB, peak " << f.peak();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Onnx, EveryModel, testing::ValuesIn(onnx_models()),
                         [](const auto& tested) { return test_name(tested.param); });

TEST(Shared, HoldsModels) { EXPECT_GE(onnx_models().size(), 20U); }

TEST(SqueezeNet, MatchesTheReferenceVectorOfItsAuthors) {
  const auto model = load_native("models/imagenet/squeezenet1.1_fp32.onnx");
  const Tensor want = read_npy(at("testvectors/squeezenet1.1/output_0.npy"));
  const auto got = model->run({read_npy(at("testvectors/squeezenet1.1/input_0.npy"))});
  ASSERT_EQ(got.size(), 1U);
  Fidelity f;
  f.add(want.reshaped(got[0].shape()), got[0]);
  // The rebuilt file matches to 1.1e-4 where it was made (MANIFEST.md).
  EXPECT_LE(f.max_abs(), 2e-4) << "peak " << f.peak();
}

}  // namespace
}  // namespace pare::shared
