// What the rules of ONNX Runtime say of models that recipes make, against the library.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temp_dir.hpp"
#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"
#include "formats/format.hpp"
#include "targets/rules/judgement.hpp"
#include "targets/target.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::random_tensor;
using compress_test::RandomBatches;
using compress_test::tiny_net;

/// x [2, 64] through two products, the first with a Clip behind it.
Model products() {
  Model model;
  Graph& g = *model.graph;
  Rng rng(3);
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{2, 64}));
  Value* a = compress_test::one(g, "MatMul",
                                {x, g.add_constant(random_tensor({64, 64}, rng, 0.2), "first_w")});
  Value* low = g.add_constant(Tensor::scalar(-1.0F), "low");
  Value* high = g.add_constant(Tensor::scalar(1.0F), "high");
  Value* b = compress_test::one(g, "Clip", {a, low, high});
  g.add_output(compress_test::one(
      g, "MatMul", {b, g.add_constant(random_tensor({64, 8}, rng, 0.2), "second_w")}));
  model.opsets[""] = 21;
  infer_shapes(g, op_registry());
  return model;
}

class RowBatches : public BatchSource {
 public:
  [[nodiscard]] std::int64_t batches() const override { return 4; }
  [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override {
    Rng rng(5, static_cast<std::uint64_t>(i));
    return {random_tensor({2, 64}, rng, 1)};
  }
  [[nodiscard]] std::string fingerprint() const override { return "rows"; }
};

/// A recipe, and what comes of the layers: how many of each form, written by hand.
struct Case {
  std::string steps;
  bool loads;
  std::size_t integer;
  std::size_t packed;
  std::size_t floating;
};

/// The network: three convolutions, Add, GlobalAveragePool and Gemm with 8 x 5 weights: too few for
/// weight_only_int8, and one block for groups of 8.
std::vector<Case> network() {
  const std::string weights = "quantize_weights: {least_elements: 0, method: rtn, format: ";
  return {{"quantize: {scheme: weight_only_int8}", true, 0, 0, 3},
          {weights + "int8}", true, 0, 1, 3},
          {weights + "int4}", true, 0, 1, 3},
          {weights + "int2}", true, 0, 1, 3},
          {weights + "int4, group: 8}", true, 0, 1, 3},
          {weights + "nf4}", true, 0, 0, 4},
          {weights + "f8e4m3fn}", true, 0, 0, 4},
          {weights + "f8e5m2}", true, 0, 0, 4},
          {weights + "f8e4m3fn}, quantize_activations: {format: f8e4m3fn}", false, 0, 0, 4}};
}

/// Two products.
std::vector<Case> matrices() {
  const std::string weights = "quantize_weights: {least_elements: 0, method: rtn, format: ";
  return {{weights + "int4, group: 32}", true, 0, 2, 0},
          {weights + "uint4, symmetric: false, group: 32}", true, 0, 2, 0},
          {weights + "int4, group: 32}, optimize: {passes: [pack_matmul_nbits]}", true, 0, 2, 0},
          {weights + "nf4, group: 32}", true, 0, 0, 2},
          {weights + "mxfp4}", true, 0, 0, 2},
          {weights + "nvfp4}", true, 0, 0, 2},
          {weights + "mxint8}", true, 0, 0, 2},  // its scales are not constants
          {weights + "nvfp4, narrow_types: true}", false, 0, 0, 2},
          {weights + "mxfp4, narrow_types: true}", false, 0, 0, 2},
          {weights + "f8e4m3fn}", true, 0, 0, 2},
          {weights + "f8e4m3fn}, quantize_activations: {format: f8e4m3fn}", false, 0, 0, 2},
          {weights + "int8}, quantize_activations: {format: int16}", true, 0, 0, 2},
          {weights + "int4}, quantize_activations: {format: int4}", false, 0, 0, 2},
          {weights + "int4}, quantize_activations: {format: f8e3m4}", false, 0, 2, 0},
          {"quantize: {scheme: dynamic_int8}", true, 2, 0, 0}};
}

Model compressed(const Case& c, bool convolutions) {
  Model model = convolutions ? tiny_net() : products();
  const RandomBatches pictures(4);
  const RowBatches rows;
  MethodContext context =
      context_for(convolutions ? static_cast<const BatchSource&>(pictures) : rows);
  std::string steps = c.steps;
  for (std::size_t at = 0; (at = steps.find("}, ", at)) != std::string::npos;) {
    steps.replace(at, 3, "}\n  - ");
  }
  run_recipe(model, parse_recipe("steps:\n  - " + steps), context);
  return model;
}

/// As read back from the file that it is written to.
RuntimeJudgement judged(const Model& model, const std::filesystem::path& path) {
  write_model(model, path, {.force = true});
  Model back = read_model(path);
  infer_shapes(*back.graph, op_registry());
  return runtime_rules("onnxruntime").judge(back, op_registry());
}

void expect_as_written(const Case& c, const RuntimeJudgement& j) {
  EXPECT_EQ(j.loads(), c.loads) << c.steps << (j.loads() ? "" : ": " + j.problems[0].rule);
  EXPECT_EQ(j.count(LayerForm::integer), c.integer) << c.steps;
  EXPECT_EQ(j.count(LayerForm::packed), c.packed) << c.steps;
  EXPECT_EQ(j.count(LayerForm::floating), c.floating) << c.steps;
}

TEST(RuntimeRules, JudgeWhatRecipesMake) {
  const TempDir dir;
  for (const Case& c : network())
    expect_as_written(c, judged(compressed(c, true), dir.at("m.onnx")));
  for (const Case& c : matrices()) {
    expect_as_written(c, judged(compressed(c, false), dir.at("m.onnx")));
  }
}

/// As the command line does it: the rules of the target decide where codes go.
TEST(RuntimeRules, StaticInt8RunsOnIntegersWhereItIsMadeForIt) {
  Model model = tiny_net();
  const RandomBatches pictures(4);
  MethodContext context = context_for(pictures);
  context.rules = choose_target("onnxruntime").target->rules;
  run_recipe(model, parse_recipe("steps:\n  - optimize: {}\n  - quantize: {scheme: int8}"),
             context);
  const TempDir dir;
  const RuntimeJudgement j = judged(model, dir.at("m.onnx"));
  EXPECT_TRUE(j.loads());
  EXPECT_GE(j.count(LayerForm::integer), 4U);
  EXPECT_EQ(j.count(LayerForm::floating), 0U);
}

/// Where there is no library, tests/targets says so.
class RecipesAndLibrary : public testing::TestWithParam<std::string> {};

TEST_P(RecipesAndLibrary, AgreeOnWhatLoads) {
  TargetOptions options;
  options.library = GetParam();
  const TempDir dir;
  for (const bool convolutions : {true, false}) {
    for (const Case& c : convolutions ? network() : matrices()) {
      const auto path = dir.at("m.onnx");
      const RuntimeJudgement j = judged(compressed(c, convolutions), path);
      std::string why;
      try {
        (void)choose_target("onnxruntime").target->load(path, options);
      } catch (const Error& error) {
        why = error.message();
      }
      EXPECT_EQ(j.loads(), why.empty()) << c.steps << ": " << why;
    }
  }
}

std::vector<std::string> libraries() {
  const TargetStatus s = choose_target("onnxruntime").target->status({});
  const bool known = s.found && s.version.rfind("1.30.", 0) == 0;  // whose rules these are
  return known ? std::vector<std::string>{s.where} : std::vector<std::string>{};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RecipesAndLibrary);
INSTANTIATE_TEST_SUITE_P(OnnxRuntime, RecipesAndLibrary, testing::ValuesIn(libraries()),
                         [](const auto&) { return std::string("found"); });

}  // namespace
}  // namespace pare
