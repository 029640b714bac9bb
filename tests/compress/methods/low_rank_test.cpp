#include <gtest/gtest.h>

#include "base/threads.hpp"
#include "compress/recipe.hpp"
#include "compress/same_function.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

using compress_test::count;
using compress_test::noise_over_signal;
using compress_test::worst_difference;

/// A convolution, a product of three dimensions and two of two.
std::unique_ptr<Graph> net() {
  auto graph = parse_graph(
      "input x: float32[2,12,9,9]\ninput s: float32[2,5,32]\n"
      "const k: float32[24,12,3,3] = rand(1)\nconst kb: float32[24] = rand(2)\n"
      "const m: float32[32,40] = rand(3)\nconst g: float32[20,40] = rand(4)\n"
      "const gb: float32[20] = rand(5)\nconst f: float32[20,32] = rand(6)\n"
      "const rows: int64[2] = [10, 40]\n"
      "c = Conv(x, k, kb) {pads = [1, 1, 0, 0], strides = [2, 2], kernel_shape = [3, 3]}\n"
      "p = MatMul(s, m)\nr = Relu(p)\nt = Reshape(r, rows)\n"
      "u = Gemm(t, g, gb) {transB = 1, alpha = 0.5, beta = 2.0}\ny = Gemm(u, f)\noutput c, y");
  for (Node* node : graph->nodes()) node->set_name(node->output()->name());
  infer_shapes(*graph, op_registry());
  return graph;
}

/// Rows and columns of unequal size in the weights: what few bits in one scale serve badly.
std::unique_ptr<Graph> with_outliers() {
  auto graph = net();
  for (const char* name : {"k", "m", "g", "f"}) {
    Value* value = graph->find(name);
    const Tensor& old = value->constant();
    std::vector<float> values = old.to_floats();
    const auto inner = static_cast<std::size_t>(old.size() / old.dim(0));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i / inner % 11 == 4) values[i] *= 8;
      if (i % inner % 13 == 5) values[i] *= 8;
    }
    value->set_constant(Tensor::of<float>(old.shape(), values));
  }
  return graph;
}

struct Result {
  std::unique_ptr<Graph> graph;
  std::vector<std::string> notes;
  std::vector<PassEvent> events;

  [[nodiscard]] bool says(const std::string& part) const {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return note.find(part) != std::string::npos;
    });
  }
};

Result after(const Graph& graph, const std::string& steps, bool with_samples = true) {
  Model model;
  model.graph = graph.clone();
  model.opsets[""] = 21;
  const compress_test::InputsOf samples(graph);
  MethodContext c = compress_test::context_for(samples);
  if (!with_samples) c.calibration = nullptr;
  run_recipe(model, parse_recipe("steps: [" + steps + "]"), c);
  EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
  return {std::move(model.graph), c.notes, c.events};
}

TEST(LowRank, ResidualKeepsTheFunction) {
  const auto graph = net();
  for (const char* options :
       {"rank: 4", "rank: 4, weighted: true", "rank: 4, format: int4, iterations: 2",
        "rank: 3, factors: float32", "rank: 2, format: int4, group: 8, weighted: true"}) {
    const Result r = after(*graph, cat("low_rank: {least_elements: 0, ", options, "}"));
    EXPECT_TRUE(r.says("low_rank residual: 4 of 4 layers")) << options;
    EXPECT_EQ(count(*r.graph, "Add"), 4U) << options;
    EXPECT_LT(worst_difference(*graph, *r.graph), 1e-5) << options;
    EXPECT_EQ(r.graph->outputs()[0]->name(), "c");
    EXPECT_EQ(r.graph->outputs()[1]->name(), "y");
  }
}

TEST(LowRank, ResidualLeavesLessToRound) {
  const auto graph = with_outliers();
  const std::string rounding = "quantize_weights: {format: int4, method: rtn}";
  const Result plain = after(*graph, rounding);
  const double direct = noise_over_signal(*graph, *plain.graph);
  double last = direct;
  for (const char* options : {"rank: 4", "rank: 4, format: int4, weighted: true"}) {
    const Result r = after(*graph, cat("low_rank: {least_elements: 0, ", options, "}, ", rounding));
    const double error = noise_over_signal(*graph, *r.graph);
    EXPECT_LT(error, 0.7 * direct) << options;
    EXPECT_LT(error, last) << options;
    last = error;
    // The factors stay as they are.
    EXPECT_EQ(count(*r.graph, "DequantizeLinear"), count(*plain.graph, "DequantizeLinear"));
    EXPECT_EQ(count(*r.graph, "Cast"), 8U);
    EXPECT_TRUE(r.says("4 of 4 layers, 4.")) << join(r.notes, "\n");
  }
}

TEST(LowRank, NamesFactorsThatAreTakenForLayers) {
  const auto graph = net();
  const std::string step = "low_rank: {least_elements: 0, rank: 2, factors: float32, only: [p, y]}";
  const Result r = after(*graph, step);
  const std::string names =
      "keep_float: [p_low_rank_in, p_low_rank_out, y_low_rank_in, "
      "y_low_rank_out]";
  EXPECT_TRUE(r.says(names)) << join(r.notes, "\n");
  const Result q = after(*graph, step + ", quantize_weights: {format: int4, " + names + "}");
  EXPECT_EQ(count(*q.graph, "DequantizeLinear"), 4U);
  EXPECT_FALSE(after(*graph, "low_rank: {least_elements: 0, rank: 2}").says("keep_float"));
}

/// The net with weights of rank 3.
std::unique_ptr<Graph> of_rank_three() {
  auto graph = net();
  Rng rng(4);
  for (const char* name : {"k", "m", "g", "f"}) {
    Value* value = graph->find(name);
    const Shape shape = value->constant().shape();
    const auto rows = static_cast<std::size_t>(shape[0]);
    const std::size_t columns = static_cast<std::size_t>(value->constant().size()) / rows;
    std::vector<float> values(rows * columns, 0);
    for (int i = 0; i < 3; ++i) {
      std::vector<float> left;
      std::vector<float> right;
      for (std::size_t r = 0; r < rows; ++r) left.push_back(rng.normal());
      for (std::size_t c = 0; c < columns; ++c) right.push_back(rng.normal());
      for (std::size_t at = 0; at < values.size(); ++at) {
        values[at] += left[at / columns] * right[at % columns];
      }
    }
    value->set_constant(Tensor::of<float>(shape, values));
  }
  return graph;
}

TEST(LowRank, ReplaceFindsTheRankThatIsThere) {
  const auto graph = of_rank_three();
  for (const char* options :
       {"energy: 0.9999999", "energy: 0.9999999, weighted: true", "rank: 3"}) {
    const Result r =
        after(*graph, cat("low_rank: {mode: replace, least_elements: 0, ", options, "}"));
    EXPECT_TRUE(r.says("low_rank replace: 4 of 4 layers")) << options;
    EXPECT_EQ(count(*r.graph, "Conv"), 2U);
    EXPECT_EQ(count(*r.graph, "MatMul"), 4U);
    EXPECT_EQ(count(*r.graph, "Gemm"), 2U);
    EXPECT_LT(compress_test::constant_bytes(*r.graph), compress_test::constant_bytes(*graph) / 3)
        << options;
    // 1e-7 of the power may go at each of three layers in a row.
    EXPECT_LT(noise_over_signal(*graph, *r.graph), 1e-6) << options;
    for (const PassEvent& e : r.events) {
      EXPECT_NE(e.reason.find("rank 3,"), std::string::npos) << e.reason;
    }
  }
}

TEST(LowRank, ReplaceIsBetterForTheSamples) {
  const auto graph = with_outliers();
  const std::string step = "low_rank: {mode: replace, least_elements: 0, rank: 8, only: [y]";
  const double plain = noise_over_signal(*graph, *after(*graph, step + "}").graph);
  const Result weighted = after(*graph, step + ", weighted: true}");
  EXPECT_LT(noise_over_signal(*graph, *weighted.graph), 0.8 * plain);
  // What it says of the layer is what comes out.
  const std::string& reason = weighted.events.back().reason;
  const double said = std::stod(reason.substr(reason.find("error ") + 6));
  const double measured = [&] {
    double noise = 0;
    double signal = 0;
    const compress_test::InputsOf samples(*graph);
    for (std::int64_t i = 0; i < samples.batches(); ++i) {
      const auto want = interpret(*graph, op_registry(), samples.get(i)).at(1).to_doubles();
      const auto got = interpret(*weighted.graph, op_registry(), samples.get(i)).at(1).to_doubles();
      for (std::size_t k = 0; k < want.size(); ++k) {
        noise += (want[k] - got[k]) * (want[k] - got[k]);
        signal += want[k] * want[k];
      }
    }
    return noise / signal;
  }();
  EXPECT_NEAR(said, measured, 1e-3 * measured);
}

TEST(LowRank, ReplaceRefusesWhatSavesNothing) {
  const auto graph = net();
  const Result r = after(*graph, "low_rank: {mode: replace, least_elements: 0, rank: 18}");
  // 18 (32 + 40) weights for 1280; 18 (24 + 108) for 2592 of the convolution.
  EXPECT_TRUE(r.says("low_rank replace: 1 of 4 layers")) << join(r.notes, "\n");
  EXPECT_EQ(count(*r.graph, "Conv"), 2U);
  EXPECT_EQ(count(*r.graph, "MatMul"), 1U);
  const Result all = after(*graph, "low_rank: {mode: replace, least_elements: 0, energy: 1.0}");
  EXPECT_TRUE(all.says("0 of 4 layers"));
  EXPECT_EQ(print_graph(*graph), print_graph(*all.graph));
}

TEST(LowRank, LeavesWhatItIsTold) {
  const auto graph = net();
  EXPECT_TRUE(after(*graph, "low_rank: {}").says("0 of 4 layers"));
  EXPECT_TRUE(after(*graph, "low_rank: {rank: 2, least_elements: 0, keep_float: [p, u]}")
                  .says("2 of 4 layers"));
  const auto grouped = parse_graph(
      "input x: float32[1,8,5,5]\nconst w: float32[8,2,3,3] = rand(1)\n"
      "y = Conv(x, w) {group = 4}\noutput y");
  infer_shapes(*grouped, op_registry());
  EXPECT_TRUE(after(*grouped, "low_rank: {rank: 1, least_elements: 0}").says("0 of 1 layers"));
}

TEST(LowRank, NeedsSamplesOnlyToWeigh) {
  EXPECT_FALSE(parse_recipe("steps: [low_rank: {}]").needs_calibration());
  EXPECT_TRUE(parse_recipe("steps: [low_rank: {weighted: true}]").needs_calibration());
  const auto graph = net();
  EXPECT_NO_THROW(after(*graph, "low_rank: {rank: 2, least_elements: 0}", false));
  EXPECT_THROW(after(*graph, "low_rank: {weighted: true}", false), Error);
  EXPECT_THROW(after(*graph, "low_rank: {format: int1000, rank: 2, least_elements: 0}"), Error);
}

TEST(LowRank, GivesTheSameBytesForAnyThreads) {
  const auto graph = with_outliers();
  std::string text[2];
  for (const int threads : {1, 4}) {
    set_threads(threads);
    text[threads == 1 ? 0 : 1] = print_graph(
        *after(*graph, "low_rank: {rank: 4, least_elements: 0, format: int4, weighted: true}")
             .graph);
  }
  set_threads(0);
  EXPECT_EQ(text[0], text[1]);
}

// Both steps in front of the one that quantizes.
TEST(LowRank, GoesWithRotation) {
  const auto graph = with_outliers();
  const std::string rounding = "quantize_weights: {format: int4, group: 32}";
  const Result plain = after(*graph, rounding);
  const Result both = after(*graph,
                            "rotate: {}, low_rank: {rank: 4, least_elements: 0, format: "
                            "int4, group: 32}, " +
                                rounding);
  EXPECT_TRUE(both.says("rotate: inputs of 1 of 4 layers"));
  EXPECT_LT(noise_over_signal(*graph, *both.graph), noise_over_signal(*graph, *plain.graph));
}

}  // namespace
}  // namespace pare
