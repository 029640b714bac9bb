#include "ir/graph.hpp"

#include <gtest/gtest.h>

#include "ir/infer.hpp"
#include "ir/test_ops.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

std::vector<std::string> ops_in(const Graph& g) {
  std::vector<std::string> out;
  for (const Node* n : g.nodes()) out.push_back(n->op());
  return out;
}

std::vector<std::string> clean() { return {}; }

struct GraphEdit : testing::Test {
  OpRegistry ops = make_test_ops();
};

TEST_F(GraphEdit, ReplaceMovesReadersAndKeepsTheNameOfAnOutput) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) b = Relu(x) c = Neg(a) output a, c");
  g->replace(g->find("a"), g->find("b"));
  EXPECT_EQ(g->outputs()[0]->name(), "a");
  EXPECT_EQ(g->outputs()[0]->producer()->op(), "Relu");
  EXPECT_EQ(g->find("c")->producer()->input(0), g->outputs()[0]);
  EXPECT_EQ(g->remove_unused(), 1U);
  EXPECT_EQ(verify(*g, ops), clean());
}

TEST_F(GraphEdit, ReplaceByAnInputPutsAnIdentityBehindIt) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) output a");
  g->replace(g->find("a"), g->find("x"));
  g->remove_unused();
  EXPECT_EQ(ops_in(*g), std::vector<std::string>{"Identity"});
  EXPECT_EQ(g->outputs()[0]->name(), "a");
  EXPECT_EQ(g->inputs()[0]->name(), "x");
  EXPECT_EQ(verify(*g, ops), clean());
}

TEST_F(GraphEdit, ReplaceByAnotherOutputKeepsBothNames) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) b = Relu(x) output a, b");
  g->replace(g->find("a"), g->find("b"));
  g->remove_unused();
  EXPECT_EQ(g->outputs()[0]->name(), "a");
  EXPECT_EQ(g->outputs()[1]->name(), "b");
  EXPECT_EQ(ops_in(*g), (std::vector<std::string>{"Relu", "Identity"}));
  EXPECT_EQ(verify(*g, ops), clean());
}

TEST_F(GraphEdit, ReplaceByItsOwnReaderDoesNotMakeACycle) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) b = Relu(a) c = Neg(a) output c");
  g->replace(g->find("a"), g->find("b"));
  EXPECT_EQ(g->find("b")->producer()->input(0), g->find("a"));
  EXPECT_EQ(g->find("c")->producer()->input(0), g->find("b"));
}

constexpr const char* kIf =
    "input c: bool[] input x: float32[2] a = Neg(x) d = Relu(x) "
    "y = If(c) {then_branch = graph {output a}, else_branch = graph {e = Neg(a) output e}} "
    "output y";

TEST_F(GraphEdit, ValuesKnowTheirReadersInBodies) {
  const auto g = parse_graph(kIf);
  EXPECT_EQ(g->find("a")->uses().size(), 1U);
  EXPECT_EQ(g->find("a")->readers(), 2U);
  EXPECT_EQ(g->remove_unused(), 1U);  // d
  EXPECT_EQ(g->find("d"), nullptr);
}

TEST_F(GraphEdit, ReplaceReachesReadersAndOutputsOfBodies) {
  const auto g = parse_graph(kIf);
  g->replace(g->find("a"), g->find("d"));
  EXPECT_EQ(g->find("a")->readers(), 0U);
  EXPECT_EQ(g->remove_unused(), 1U);
  const auto bodies = g->find("y")->producer()->subgraphs();
  EXPECT_EQ(bodies[1]->outputs()[0], g->find("d"));
  EXPECT_EQ(bodies[0]->find("e")->producer()->input(0), g->find("d"));
  EXPECT_EQ(verify(*g, ops), clean());
}

TEST_F(GraphEdit, ErasingABodyForgetsItsReaders) {
  const auto g = parse_graph(kIf);
  g->replace(g->find("y"), g->find("d"));
  EXPECT_EQ(g->remove_unused(), 2U);  // the If and a
  EXPECT_EQ(g->find("a"), nullptr);
  EXPECT_EQ(verify(*g, ops), clean());
}

TEST_F(GraphEdit, SortBringsNodesIntoOrderOnceMore) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) b = Relu(a) c = Neg(b) output c");
  g->move_before(g->find("c")->producer(), g->find("a")->producer());
  g->move_before(g->find("a")->producer(), nullptr);
  EXPECT_FALSE(verify(*g, ops).empty());
  g->sort();
  EXPECT_EQ(verify(*g, ops), clean());
  EXPECT_EQ(g->nodes().front()->output(), g->find("a"));
}

TEST_F(GraphEdit, SortSeesWhatBodiesRead) {
  const auto g = parse_graph(kIf);
  g->move_before(g->find("a")->producer(), nullptr);
  EXPECT_FALSE(verify(*g, ops).empty());
  g->sort();
  EXPECT_EQ(verify(*g, ops), clean());
}

TEST_F(GraphEdit, ACycleIsCorrupt) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) b = Relu(a) output b");
  g->find("a")->producer()->set_input(0, g->find("b"));
  try {
    g->sort();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::corrupt);
  }
}

TEST_F(GraphEdit, ACloneIsEqualAndIndependent) {
  const auto g = parse_graph(kIf);
  const auto copy = g->clone();
  EXPECT_EQ(print_graph(*copy), print_graph(*g));
  EXPECT_EQ(verify(*copy, ops), clean());
  const std::string before = print_graph(*g);
  copy->replace(copy->find("a"), copy->find("d"));
  copy->remove_unused();
  EXPECT_EQ(print_graph(*g), before);
  EXPECT_EQ(g->find("a")->readers(), 2U);
}

TEST_F(GraphEdit, InputsThatEndEmptyAreDropped) {
  const auto g = parse_graph("input x: float32[2] a = Any(x, _, x) output a");
  Node* n = g->find("a")->producer();
  ASSERT_EQ(n->inputs().size(), 3U);
  n->set_input(2, nullptr);
  EXPECT_EQ(n->inputs().size(), 1U);
  EXPECT_EQ(g->find("x")->uses().size(), 1U);
}

TEST_F(GraphEdit, OutputsWithReadersStay) {
  const auto g = parse_graph("input x: float32[2] a, b = Two(x) output a");
  Node* n = g->find("a")->producer();
  n->resize_outputs(1);
  EXPECT_EQ(g->find("b"), nullptr);
  EXPECT_THROW(n->resize_outputs(0), Error);
  EXPECT_THROW(g->erase(n), Error);
  EXPECT_THROW(g->erase_input(g->find("x")), Error);
}

TEST_F(GraphEdit, NamesAreUniqueInTheWholeModel) {
  const auto g = parse_graph(kIf);
  EXPECT_EQ(g->unique_name("e"), "e_1");  // taken inside a body
  EXPECT_EQ(g->unique_name("fresh"), "fresh");
  EXPECT_THROW(g->add_input("a", ValueType()), Error);
  EXPECT_THROW(g->rename(g->find("a"), "x"), Error);
}

TEST_F(GraphEdit, AnEarlierNodeCanBeInserted) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) output a");
  Node* a = g->find("a")->producer();
  Node* first = g->add_node({.op = "Relu", .inputs = {g->find("x")}}, a);
  a->set_input(0, first->output());
  EXPECT_EQ(ops_in(*g), (std::vector<std::string>{"Relu", "Neg"}));
  EXPECT_EQ(verify(*g, ops), clean());
}

TEST_F(GraphEdit, LabelsNameOperatorAndNode) {
  const auto g = parse_graph("input x: float32[2] a = com.acme::Foo(x) @first b = Neg(a) output b");
  EXPECT_EQ(g->find("a")->producer()->label(), "com.acme::Foo 'first'");
  EXPECT_EQ(g->find("b")->producer()->label(), "Neg 'b'");
}

}  // namespace
}  // namespace pare
