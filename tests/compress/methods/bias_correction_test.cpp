#include <gtest/gtest.h>

#include <cmath>

#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::one;
using compress_test::RandomBatches;

/// y = relu(x + 1) W + b as one Conv on all-positive inputs, whose rounding error has a mean.
Model positive_net() {
  Model model;
  Graph& g = *model.graph;
  Rng rng(3);
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{1, 3, 8, 8}));
  Value* up = g.add_constant(Tensor::of<float>({1}, {1.0F}), "shift");
  Value* r = one(g, "Relu", {one(g, "Add", {x, up})});
  g.add_output(compress_test::conv(g, r, {16, 3, 3, 3}, 1, rng, "conv"));
  infer_shapes(g, op_registry());
  return model;
}

/// Mean over inputs and positions of the output error, per channel, then root mean square of that.
double mean_error(const Graph& exact, const Graph& other) {
  const RandomBatches inputs(16, 11);
  std::vector<double> sum(16, 0.0);
  for (std::int64_t i = 0; i < 16; ++i) {
    const auto want = interpret(exact, op_registry(), inputs.get(i)).at(0).to_doubles();
    const auto got = interpret(other, op_registry(), inputs.get(i)).at(0).to_doubles();
    for (std::size_t k = 0; k < want.size(); ++k) sum[k / 64] += got[k] - want[k];
  }
  double square = 0;
  for (const double s : sum) square += s * s;
  return std::sqrt(square);
}

TEST(BiasCorrection, TakesTheMeanErrorOfWeightsOut) {
  const Model exact = positive_net();
  double error[2];
  for (const bool corrected : {false, true}) {
    Model model = positive_net();
    const RandomBatches samples(32);
    MethodContext c = context_for(samples);
    run_recipe(model,
               parse_recipe(cat("steps: [quantize: {scheme: int8, per_channel: false}",
                                corrected ? ", bias_correction: {}" : "", "]")),
               c);
    error[corrected ? 1 : 0] = mean_error(*exact.graph, *model.graph);
  }
  EXPECT_LT(error[1], 0.7 * error[0]);
}

// Weights in any format, whose bias stays float: scales per tensor, zero points, blocks, code
// books.
TEST(BiasCorrection, TakesTheMeanErrorOfCodedWeightsOut) {
  const Model exact = positive_net();
  for (const char* format :
       {"format: int4, per_tensor: true", "format: uint3, symmetric: false, method: rtn",
        "format: int3, group: 9", "format: nf4"}) {
    double error[2];
    for (const bool corrected : {false, true}) {
      Model model = positive_net();
      const RandomBatches samples(32);
      MethodContext c = context_for(samples);
      run_recipe(model,
                 parse_recipe(cat("steps: [quantize_weights: {", format, "}",
                                  corrected ? ", bias_correction: {}" : "", "]")),
                 c);
      error[corrected ? 1 : 0] = mean_error(*exact.graph, *model.graph);
    }
    EXPECT_LT(error[1], 0.7 * error[0]) << format;
  }
}

TEST(BiasCorrection, WithoutAQuantizedLayerItSaysSoAndChangesNothing) {
  Model model = positive_net();
  const std::size_t nodes = model.graph->node_count();
  const RandomBatches samples(2);
  MethodContext c = context_for(samples);
  run_recipe(model, parse_recipe("steps: [bias_correction: {}]"), c);
  EXPECT_EQ(model.graph->node_count(), nodes);
  ASSERT_FALSE(c.notes.empty());
}

}  // namespace
}  // namespace pare
