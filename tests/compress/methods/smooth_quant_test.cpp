#include <gtest/gtest.h>

#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

using compress_test::count;

/// LayerNormalization, then two products of its output; three of 64 channels are very large.
std::unique_ptr<Graph> block() {
  std::string gains;
  for (int c = 0; c < 64; ++c) gains += cat(c > 0 ? ", " : "", c % 25 == 7 ? 60 : 1);
  auto graph =
      parse_graph(cat("input x: float32[4,64]\nconst g: float32[64] = [", gains,
                      "]\nconst b: float32[64] = rand(2)\n"
                      "const wq: float32[64,24] = rand(3)\nconst wk: float32[64,24] = rand(4)\n"
                      "n = LayerNormalization(x, g, b) {axis = -1}\n"
                      "q = MatMul(n, wq) @query\nk = MatMul(n, wk) @key\noutput q, k"));
  Rng rng(5);
  for (const char* name : {"wq", "wk"}) {
    graph->find(name)->set_constant(compress_test::random_tensor({64, 24}, rng, 0.1));
  }
  infer_shapes(*graph, op_registry());
  return graph;
}

class Rows : public BatchSource {
 public:
  [[nodiscard]] std::int64_t batches() const override { return 16; }
  [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override {
    Rng rng(11, static_cast<std::uint64_t>(i));
    return {compress_test::random_tensor({4, 64}, rng, 1)};
  }
  [[nodiscard]] std::string fingerprint() const override { return "rows"; }
};

std::unique_ptr<Graph> after(const std::string& steps) {
  Model model;
  model.graph = block();
  const Rows rows;
  MethodContext c = compress_test::context_for(rows);
  run_recipe(model, parse_recipe("steps: [" + steps + "]"), c);
  EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
  return std::move(model.graph);
}

double noise_over_signal(const Graph& graph) {
  const auto exact = block();
  double noise = 0;
  double signal = 0;
  for (std::int64_t i = 0; i < 16; ++i) {
    const auto want = interpret(*exact, op_registry(), Rows().get(i));
    const auto got = interpret(graph, op_registry(), Rows().get(i));
    for (std::size_t o = 0; o < want.size(); ++o) {
      const auto a = want[o].to_doubles();
      const auto b = got[o].to_doubles();
      for (std::size_t k = 0; k < a.size(); ++k) {
        noise += (a[k] - b[k]) * (a[k] - b[k]);
        signal += a[k] * a[k];
      }
    }
  }
  return noise / signal;
}

TEST(SmoothQuant, ChangesNothingByItself) {
  for (const char* step : {"smooth_quant: {}", "smooth_quant: {alpha: 0.8}",
                           "smooth_quant: {factors: awq, format: int4}"}) {
    const auto graph = after(step);
    EXPECT_EQ(count(*graph, "Mul"), 0U) << step;  // the normalization takes it
    EXPECT_NE(graph->find("n")->producer()->input(1)->constant().to_floats()[0], 1) << step;
    EXPECT_LT(noise_over_signal(*graph), 1e-10) << step;
  }
}

/// `text` with smoothed products (their inputs are 4 x 8 normal numbers called x).
void expect_kept(const std::string& text, std::size_t multiplications) {
  auto graph = parse_graph(text);
  for (Node* node : graph->nodes()) node->set_name(node->output()->name());
  infer_shapes(*graph, op_registry());
  class Small : public Rows {
   public:
    [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override {
      Rng rng(12, static_cast<std::uint64_t>(i));
      return {compress_test::random_tensor({4, 8}, rng, 1)};
    }
  };
  const Small rows;
  Model model;
  model.graph = graph->clone();
  MethodContext c = compress_test::context_for(rows);
  run_recipe(model, parse_recipe("steps: [smooth_quant: {}]"), c);
  EXPECT_TRUE(verify(*model.graph, op_registry()).empty()) << text;
  EXPECT_EQ(count(*model.graph, "Mul") - count(*graph, "Mul"), multiplications) << text;
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto want = interpret(*graph, op_registry(), rows.get(i));
    const auto got = interpret(*model.graph, op_registry(), rows.get(i));
    ASSERT_EQ(want.size(), got.size());
    for (std::size_t o = 0; o < want.size(); ++o) {
      const auto a = want[o].to_doubles();
      const auto b = got[o].to_doubles();
      for (std::size_t k = 0; k < a.size(); ++k) {
        EXPECT_NEAR(a[k], b[k], 1e-5 * (1 + std::abs(a[k]))) << text;
      }
    }
  }
  // Something was moved from the inputs to the weights.
  EXPECT_FALSE(identical(graph->find("y")->producer()->input(1)->constant(),
                         model.graph->find("y")->producer()->input(1)->constant()))
      << text;
}

TEST(SmoothQuant, FoldsWhereThatIsExact) {
  const std::string in = "input x: float32[4,8]\nconst w: float32[8,6] = rand(1)\n";
  const std::string v = "const v: float32[8,8] = rand(2)\nconst b: float32[8] = rand(3)\n";
  // x itself is divided once; u in what makes it.
  const std::vector<std::pair<std::string, std::size_t>> cases = {
      {"u = MatMul(x, v)\ny = MatMul(u, w)\noutput y", 1},
      {"u = Gemm(x, v, b)\nr = Relu(u)\ny = MatMul(r, w)\noutput y", 1},
      {"u = Sigmoid(x)\nm = Mul(u, b)\ny = MatMul(m, w)\noutput y", 0},
      {"u = Sigmoid(x)\nm = Div(u, b)\ny = MatMul(m, w)\noutput y", 0},
      {"u = MatMul(x, v)\nm = Add(b, u)\ny = MatMul(m, w)\noutput y", 1},
      {"u = MatMul(x, v)\ns = Sigmoid(x)\nm = Mul(s, u)\ny = MatMul(m, w)\noutput y", 1},
      {"const one: float32[] = [2]\nu = Sigmoid(x)\nm = Mul(u, one)\ny = MatMul(m, w)\noutput y",
       0},
      // A second reader, an output, a curve, a square: divided by a node of its own.
      {"u = MatMul(x, v)\ny = MatMul(u, w)\nz = Sigmoid(u)\noutput y, z", 2},
      {"u = MatMul(x, v)\ny = MatMul(u, w)\noutput y, u", 2},
      {"u = MatMul(x, v)\nr = Tanh(u)\ny = MatMul(r, w)\noutput y", 2},
      {"u = MatMul(x, v)\nr = Mul(u, u)\ny = MatMul(r, w)\noutput y", 2},
      {"u = Tanh(x)\nm = Add(b, u)\ny = MatMul(m, w)\noutput y", 1},
  };
  for (const auto& [text, multiplications] : cases) expect_kept(in + v + text, multiplications);
}

// Factors of their own would be taken back.
TEST(SmoothQuant, FoldedFactorsOutliveOptimization) {
  const std::string quantize =
      "quantize_weights: {format: int8, per_tensor: true, method: rtn}, "
      "quantize_activations: {format: int8, scaling: tensor}";
  const double once = noise_over_signal(*after("smooth_quant: {}, " + quantize));
  EXPECT_NEAR(noise_over_signal(*after("smooth_quant: {}, optimize: {}, " + quantize)), once,
              0.05 * once);
}

TEST(SmoothQuant, MakesEightBitInputsHarmless) {
  const std::string quantize =
      "quantize_weights: {format: int8, per_tensor: true, method: rtn}, "
      "quantize_activations: {format: int8, scaling: tensor}";
  const double plain = noise_over_signal(*after(quantize));
  const double smooth = noise_over_signal(*after("smooth_quant: {alpha: 0.5}, " + quantize));
  EXPECT_LT(smooth, plain / 4);
}

TEST(SmoothQuant, AwqServesLowBitWeights) {
  const std::string quantize = "quantize_weights: {format: int3, method: rtn}";
  EXPECT_LT(noise_over_signal(*after("smooth_quant: {factors: awq, format: int3}, " + quantize)),
            0.8 * noise_over_signal(*after(quantize)));
}

TEST(SmoothQuant, RefusesWhatIsNoFormat) {
  for (const char* format : {"int1000", "float32"}) {
    try {
      after(cat("smooth_quant: {factors: awq, format: ", format, "}"));
      FAIL() << format;
    } catch (const Error& e) {
      EXPECT_EQ(e.fault(), Fault::config) << format;
    }
  }
}

}  // namespace
}  // namespace pare
