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

}  // namespace
}  // namespace pare
