#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::RandomBatches;
using compress_test::sqnr_db;
using compress_test::tiny_net;

/// The tiny net whose depthwise channels differ by up to 100 in scale, undone by the layer behind.
Model uneven_net() {
  Model model = tiny_net();
  for (Value* v : model.graph->constants()) {
    const bool down = v->name() == "depthwise_w" || v->name() == "depthwise_b";
    if (!down && v->name() != "pointwise_w") continue;
    Tensor t = v->constant().clone();
    const auto data = t.mutable_data<float>();
    for (std::size_t i = 0; i < data.size(); ++i) {
      const std::size_t channel = down ? i * 8 / data.size() : i % 8;
      const float s = std::pow(10.0F, static_cast<float>(channel % 3) - 1.0F);
      data[i] *= down ? s : 1 / s;
    }
    v->set_constant(t);
  }
  return model;
}

double spread_of(const Graph& g, const std::string& name) {
  for (const Node* node : g.nodes()) {
    if (node->name() != name) continue;
    const Tensor& w = node->input(1)->constant();
    const std::vector<float> v = w.to_floats();
    const std::size_t per = v.size() / static_cast<std::size_t>(w.dim(0));
    double least = 1e9;
    double most = 0;
    for (std::size_t c = 0; c < v.size() / per; ++c) {
      double peak = 0;
      for (std::size_t i = 0; i < per; ++i) peak = std::fmax(peak, std::fabs(v[c * per + i]));
      least = std::fmin(least, peak);
      most = std::fmax(most, peak);
    }
    return most / least;
  }
  return 0;
}

TEST(Equalize, EvensOutChannelRangesWithoutChangingTheOutputs) {
  const Model before = uneven_net();
  Model after = uneven_net();
  const RandomBatches samples(1);
  MethodContext c = context_for(samples);
  run_recipe(after, parse_recipe("steps: [equalize: {}]"), c);
  EXPECT_GT(sqnr_db(*before.graph, *after.graph), 100);
  EXPECT_LT(spread_of(*after.graph, "depthwise"), spread_of(*before.graph, "depthwise"));
}

TEST(Equalize, HelpsPerTensorQuantization) {
  const Model exact = uneven_net();
  double db[2];
  for (const bool equalize : {false, true}) {
    Model model = uneven_net();
    const RandomBatches samples(8);
    MethodContext c = context_for(samples);
    run_recipe(model,
               parse_recipe(cat("steps: [", equalize ? "equalize: {}, " : "",
                                "quantize: {scheme: int8, per_channel: false}]")),
               c);
    db[equalize ? 1 : 0] = sqnr_db(*exact.graph, *model.graph);
  }
  EXPECT_GT(db[1], db[0] + 3);
}

/// 1x1 convolutions with a Relu between them; the first has biases far above what varies.
Model biased_net(std::int64_t pad) {
  Model model;
  Graph& g = *model.graph;
  Rng rng(3);
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{1, 3, 8, 8}));
  Value* a = compress_test::conv(g, x, {8, 3, 1, 1}, 1, rng, "first");
  Tensor bias = Tensor::of<float>({8}, {20, 1, 15, -3, 12, 0, 30, 2});
  a->producer()->input(2)->set_constant(bias);
  Value* b = compress_test::one(g, "Relu", {a});
  Value* c = compress_test::conv(g, b, {5, 8, 1, 1}, 1, rng, "second");
  if (pad > 0) {
    c->producer()->set_attribute("pads", std::vector<std::int64_t>{pad, pad, pad, pad});
  }
  g.add_output(c);
  model.opsets[""] = 21;
  infer_shapes(g, op_registry());
  return model;
}

double greatest_bias(const Graph& g) {
  double most = 0;
  for (const Node* node : g.nodes()) {
    if (node->name() != "first") continue;
    for (const float b : node->input(2)->constant().to_floats()) most = std::fmax(most, b);
  }
  return most;
}

TEST(Equalize, AbsorbsHighBiases) {
  const Model before = biased_net(0);
  Model after = biased_net(0);
  const RandomBatches samples(32);
  MethodContext c = context_for(samples);
  const Recipe recipe = parse_recipe("steps: [equalize: {absorb: true}]");
  EXPECT_TRUE(recipe.needs_calibration());
  EXPECT_FALSE(parse_recipe("steps: [equalize: {}]").needs_calibration());
  run_recipe(after, recipe, c);
  Model balanced = biased_net(0);
  run_recipe(balanced, parse_recipe("steps: [equalize: {}]"), c);
  // One value in 700 lies beyond three deviations and loses what it has there.
  EXPECT_GT(sqnr_db(*before.graph, *after.graph), 50);
  EXPECT_LT(greatest_bias(*after.graph), greatest_bias(*balanced.graph) / 2);
  ASSERT_EQ(c.notes.size(), 3U);
  EXPECT_EQ(c.notes[1], "equalize: high biases of 4 channels absorbed");
  // Smaller ranges: finer steps of activations.
  const auto db = [&](const std::string& options) {
    Model m = biased_net(0);
    run_recipe(m,
               parse_recipe("steps: [equalize: {" + options +
                            "}, quantize_activations: {format: int6, calibration: minmax}]"),
               c);
    return sqnr_db(*before.graph, *m.graph);
  };
  EXPECT_GT(db("absorb: true"), db("absorb: false") + 3);
}

// What lies behind the border is 0, not what was absorbed.
TEST(Equalize, AbsorbsNothingIntoAPaddedLayer) {
  Model after = biased_net(1);
  const RandomBatches samples(8);
  MethodContext c = context_for(samples);
  run_recipe(after, parse_recipe("steps: [equalize: {absorb: true}]"), c);
  EXPECT_GT(sqnr_db(*biased_net(1).graph, *after.graph), 100);
  EXPECT_EQ(c.notes.back(), "equalize: high biases of 0 channels absorbed");
}

}  // namespace
}  // namespace pare
