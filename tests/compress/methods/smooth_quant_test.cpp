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
    EXPECT_EQ(count(*graph, "Mul"), 1U) << step;  // one for both readers
    EXPECT_LT(noise_over_signal(*graph), 1e-10) << step;
  }
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
