#include <gtest/gtest.h>

#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::RandomBatches;
using compress_test::sqnr_db;
using compress_test::tiny_net;

/// The tiny net with nodes that do nothing.
Model padded_net() {
  Model model = tiny_net();
  Graph& g = *model.graph;
  Value* y = g.outputs()[0];
  Value* same = compress_test::one(g, "Identity", {compress_test::one(g, "Identity", {y})});
  g.set_output(0, same);
  infer_shapes(g, op_registry());
  return model;
}

TEST(Optimize, RemovesWhatDoesNothingAndKeepsTheOutputs) {
  const Model before = padded_net();
  Model after = padded_net();
  const RandomBatches samples(1);
  MethodContext c = context_for(samples);
  run_recipe(after, parse_recipe("steps: [optimize: {}]"), c);
  EXPECT_EQ(compress_test::count(*after.graph, "Identity"), 0U);
  EXPECT_EQ(after.graph->outputs()[0]->name(), before.graph->outputs()[0]->name());
  EXPECT_GT(sqnr_db(*before.graph, *after.graph), 100);
}

TEST(Optimize, UnknownPassIsAConfigFault) {
  Model model = tiny_net();
  const RandomBatches samples(1);
  MethodContext c = context_for(samples);
  try {
    run_recipe(model, parse_recipe("steps: [optimize: {passes: [make_it_fast]}]"), c);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::config);
  }
}

}  // namespace
}  // namespace pare
