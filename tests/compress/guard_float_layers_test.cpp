#include "compress/guard_float_layers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/temp_dir.hpp"
#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"
#include "evaluate/fidelity.hpp"
#include "formats/format.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

std::unique_ptr<Graph> sandwich(const std::string& layer, const std::string& weights,
                                const std::string& behind = "y = Relu(r)") {
  return parse_graph(
      "input q: uint8[1,2,3,3]\nconst s: float32[] = [0.1]\nconst z: uint8[] = [0]\n"
      "x: float32[1,2,3,3] = DequantizeLinear(q, s, z)\nconst w: " +
      weights + " = rand(3)\nconst b: float32[4] = [0.25, -3, 1e-9, 0.7]\nr = " + layer +
      " @layer\n" + behind + "\nout = QuantizeLinear(y, s, z)\noutput out\n");
}

const Value* bias_of(const Graph& g) {
  for (const Node* n : g.nodes()) {
    if (n->name() == "layer") return n->input(2);
  }
  return nullptr;
}

TEST(GuardFloatLayers, TheBiasOfALayerBetweenQuantizersIsComputed) {
  const auto g = sandwich("Conv(x, w, b)", "float32[4,2,1,1]");
  EXPECT_EQ(guard_float_layers(*g), 1U);
  const Value* bias = bias_of(*g);
  ASSERT_NE(bias, nullptr);
  ASSERT_NE(bias->producer(), nullptr);
  EXPECT_TRUE(bias->producer()->is("DequantizeLinear"));
  const Tensor& codes = bias->producer()->input(0)->constant();
  const double scale = bias->producer()->input(1)->constant().item<float>();
  const std::vector<double> want = {0.25, -3, 1e-9, static_cast<double>(0.7F)};
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(codes.to_ints()[i]) * scale, want[i], 3 * 0x1p-31) << i;
  }
  EXPECT_EQ(guard_float_layers(*g), 0U) << "once is enough";
}

TEST(GuardFloatLayers, ALayerWithoutBiasGetsOneOfZeros) {
  for (const auto& [layer, weights] :
       {std::pair<std::string, std::string>{"Conv(x, w)", "float32[4,2,1,1]"},
        {"ConvTranspose(x, w) {group = 2}", "float32[2,2,1,1]"}}) {
    const auto g = sandwich(layer, weights);
    EXPECT_EQ(guard_float_layers(*g), 1U) << layer;
    const Value* bias = bias_of(*g);
    ASSERT_NE(bias, nullptr) << layer;
    EXPECT_EQ(bias->producer()->input(0)->constant().to_ints(), std::vector<std::int64_t>(4, 0));
  }
}

TEST(GuardFloatLayers, OtherLayersAreLeftAlone) {
  EXPECT_EQ(guard_float_layers(*sandwich("Conv(x, w, b)", "float32[4,2,1,1]", "y = Tanh(r)")), 0U);
  EXPECT_EQ(
      guard_float_layers(*sandwich("Conv(x, w, b)", "float32[4,2,1,1]", "y = Relu(r)\noutput r")),
      0U)
      << "another reader";
  const auto plain = parse_graph(
      "input x: float32[1,2,3,3]\nconst w: float32[4,2,1,1] = rand(1)\ny = Conv(x, w)\noutput "
      "y\n");
  EXPECT_EQ(guard_float_layers(*plain), 0U);
}

// The reason for all this, on the runtime itself: a depthwise layer whose channels differ a
// thousandfold is lost when one scale is put on all of them.
const TargetDef& onnxruntime() { return *choose_target("onnxruntime").target; }

std::vector<std::string> libraries() {
  const TargetStatus s = onnxruntime().status({});
  if (s.found) return {s.where};
  const char* text = std::getenv("PARE_REQUIRE_ONNXRUNTIME");
  if (text != nullptr && std::string(text) == "1") return {"required-but-missing"};
  return {};
}

class OnOnnxRuntime : public testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OnOnnxRuntime);

TEST_P(OnOnnxRuntime, LayersKeptInFloatStayFloat) {
  Model model = compress_test::tiny_net();
  for (Node* node : model.graph->nodes()) {
    if (node->name() != "depthwise") continue;
    Tensor w = node->input(1)->constant().clone();
    for (std::size_t i = 0; i < 9; ++i) w.mutable_data<float>()[i] *= 1000;
    node->input(1)->set_constant(w);
  }
  const Model before = model.clone();
  const compress_test::RandomBatches batches(16);
  MethodContext c = compress_test::context_for(batches);
  c.rules = onnxruntime().rules;
  run_recipe(model, parse_recipe("steps: [quantize: {scheme: int8, keep_float: [depthwise]}]"), c);
  const TempDir dir;
  write_model(model, dir.at("mixed.onnx"));
  TargetOptions options;
  options.library = GetParam();
  const auto loaded = onnxruntime().load(dir.at("mixed.onnx"), options);
  Fidelity fidelity;
  for (std::int64_t i = 0; i < 8; ++i) {
    const auto want = interpret(*model.graph, op_registry(), batches.get(i));
    fidelity.add(want.at(0), loaded->run(batches.get(i)).at(0));
  }
  // Apart only by a step of a quantizer here and there.
  EXPECT_GT(fidelity.sqnr_db(), 30);
}

INSTANTIATE_TEST_SUITE_P(Installed, OnOnnxRuntime, testing::ValuesIn(libraries()),
                         [](const auto&) { return std::string("Library"); });

}  // namespace
}  // namespace pare
