#include "compress/layer_blocks.hpp"

#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::one;
using compress_test::tiny_net;

std::string text(const std::vector<LayerBlock>& blocks) {
  std::string out;
  for (const LayerBlock& block : blocks) {
    out += out.empty() ? "" : " | ";
    for (const Node* node : block.nodes) out += (node == block.nodes[0] ? "" : " ") + node->op();
  }
  return out;
}

const std::vector<std::string> kAll = {"first", "depthwise", "pointwise", "Gemm"};

TEST(LayerBlocks, AreCutWhereOneValueRemains) {
  const Model m = tiny_net();
  EXPECT_EQ(text(layer_blocks(*m.graph, kAll, 1)),
            "Conv Relu | Conv Relu Conv Add Relu GlobalAveragePool Flatten | Gemm");
  const auto blocks = layer_blocks(*m.graph, kAll, 1);
  EXPECT_EQ(blocks[1].layers, (std::vector<std::string>{"depthwise", "pointwise"}));
  ASSERT_EQ(blocks[0].outputs.size(), 1U);
  EXPECT_EQ(blocks[0].outputs[0]->producer()->op(), "Relu");
  EXPECT_EQ(blocks[2].outputs[0], m.graph->outputs()[0]);
}

TEST(LayerBlocks, FewLayersAreJoined) {
  const Model m = tiny_net();
  EXPECT_EQ(layer_blocks(*m.graph, kAll, 3).size(), 2U);
  EXPECT_EQ(layer_blocks(*m.graph, kAll, 4).size(), 1U);
}

TEST(LayerBlocks, OnlyNamedLayersCount) {
  const Model m = tiny_net();
  const auto blocks = layer_blocks(*m.graph, {"pointwise"}, 1);
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].nodes[0]->name(), "pointwise");
  EXPECT_EQ(blocks[0].nodes.back()->op(), "Gemm");
}

// What depends on no layer, a mask say, is an input of each block that reads it.
TEST(LayerBlocks, SideInputsDoNotJoinBlocks) {
  Model m;
  Graph& g = *m.graph;
  Rng rng(1);
  const ValueType type(dtype_of(ElementKind::f32), SymShape{2, 4});
  Value* x = g.add_input("x", type);
  Value* mask = one(g, "Sqrt", {g.add_input("m", type)});
  const auto layer = [&](Value* in) {
    return one(g, "MatMul",
               {in, g.add_constant(compress_test::random_tensor({4, 4}, rng, 1), "w")});
  };
  Value* a = one(g, "Mul", {layer(x), mask});
  g.add_output(one(g, "Mul", {layer(a), mask}));
  infer_shapes(g, op_registry());
  std::vector<std::string> names;
  for (const Node* node : g.nodes()) {
    if (node->op() == "MatMul") names.push_back(node->name());
  }
  EXPECT_EQ(text(layer_blocks(g, names, 1)), "MatMul Mul | MatMul Mul");
}

// Two branches to two outputs: nothing to cut behind the fork.
TEST(LayerBlocks, HeadsStayTogether) {
  Model m = tiny_net();
  Graph& g = *m.graph;
  Value* y = g.outputs()[0];
  g.add_output(one(g, "Relu", {y}));
  const auto blocks = layer_blocks(g, kAll, 1);
  EXPECT_EQ(blocks.back().outputs.size(), 2U);
}

}  // namespace
}  // namespace pare
