#include <gtest/gtest.h>

#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::count;
using compress_test::RandomBatches;
using compress_test::sqnr_db;
using compress_test::tiny_net;

struct Result {
  Model model;
  std::vector<std::string> notes;
  std::vector<PassEvent> events;
  double db = 0;

  explicit Result(const std::string& step, std::uint64_t seed = 1) : model(tiny_net(seed)) {
    const RandomBatches batches(64);
    MethodContext c = context_for(batches);
    run_recipe(model, parse_recipe("steps: [" + step + "]"), c);
    EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
    notes = c.notes;
    events = c.events;
    db = sqnr_db(*tiny_net(seed).graph, *model.graph);
  }
};

const std::string kStep = "reconstruct_blocks: {format: int3, least_elements: 0, iterations: 300";

// On inputs that it has not seen.
TEST(ReconstructBlocks, MovesTheOutputsLessThanLayerByLayer) {
  double together = 0;
  double alone = 0;
  double nearest = 0;
  constexpr int kNets = 4;
  for (int seed = 1; seed <= kNets; ++seed) {
    const auto s = static_cast<std::uint64_t>(seed);
    together += Result(kStep + "}", s).db / kNets;
    alone +=
        Result("quantize_weights: {format: int3, least_elements: 0, method: gptq}", s).db / kNets;
    nearest +=
        Result("quantize_weights: {format: int3, least_elements: 0, method: mse}", s).db / kNets;
  }
  EXPECT_GT(together, alone + 1) << "dB";
  EXPECT_GT(together, nearest + 3) << "dB";
}

TEST(ReconstructBlocks, TellsWhatItDid) {
  const Result r(kStep + "}");
  ASSERT_EQ(r.notes.size(), 1U);
  EXPECT_NE(r.notes[0].find("4 of 4 layers in 2 blocks"), std::string::npos) << r.notes[0];
  ASSERT_EQ(r.events.size(), 4U);
  EXPECT_NE(r.events[0].reason.find("output SQNR of the block"), std::string::npos);
  EXPECT_EQ(count(*r.model.graph, "DequantizeLinear"), 4U);
}

TEST(ReconstructBlocks, KeepsWhatItIsTold) {
  const Result r(kStep + ", keep_ends: true, fisher: true, layers: 1}");
  EXPECT_EQ(count(*r.model.graph, "DequantizeLinear"), 2U);
  EXPECT_NE(r.notes[0].find("2 of 4 layers"), std::string::npos) << r.notes[0];
}

TEST(ReconstructBlocks, TakesCodeBooksAndGroups) {
  const Result nf4(
      "reconstruct_blocks: {format: nf4, least_elements: 0, iterations: 100, group: 4}");
  const Result rtn("quantize_weights: {format: nf4, least_elements: 0, group: 4, method: rtn}");
  EXPECT_GT(nf4.db, rtn.db);
}

// No gradient: what has none is rounded layer by layer, and it says so.
TEST(ReconstructBlocks, GoesLayerByLayerWhereThereIsNoGradient) {
  Model m;
  Graph& g = *m.graph;
  Rng rng(1);
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{1, 3, 8, 8}));
  Value* y = compress_test::conv(g, x, {4, 3, 3, 3}, 1, rng, "first");
  Value* z = compress_test::one(g, "Hardmax", {y});
  g.add_output(z);
  m.opsets[""] = 21;
  infer_shapes(g, op_registry());
  const RandomBatches batches(8);
  MethodContext c = context_for(batches);
  run_recipe(m, parse_recipe("steps: [" + kStep + "}]"), c);
  ASSERT_EQ(c.events.size(), 1U);
  EXPECT_NE(c.events[0].reason.find("layer by layer"), std::string::npos) << c.events[0].reason;
}

TEST(ReconstructBlocks, NeedsSamples) {
  Model m = tiny_net();
  MethodContext c{op_registry(), {}};
  EXPECT_THROW(run_recipe(m, parse_recipe("steps: [" + kStep + "}]"), c), Error);
}

}  // namespace
}  // namespace pare
