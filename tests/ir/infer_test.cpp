#include "ir/infer.hpp"

#include <gtest/gtest.h>

#include "ir/test_ops.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

std::string type_of(const Graph& g, std::string_view name) { return g.find(name)->type().text(); }

bool mentions(const std::vector<std::string>& messages, std::string_view part) {
  return std::any_of(messages.begin(), messages.end(),
                     [&](const std::string& m) { return m.find(part) != std::string::npos; });
}

struct Infer : testing::Test {
  OpRegistry ops = make_test_ops();
};

TEST_F(Infer, SymbolsFlowThroughOperators) {
  const auto g = parse_graph(
      "input x: float32[N,1,3] input z: float32[4,1] a = Neg(x) y = Add(a, z) output y");
  infer_shapes(*g, ops);
  EXPECT_EQ(type_of(*g, "a"), "float32[N,1,3]");
  EXPECT_EQ(type_of(*g, "y"), "float32[N,4,3]");
}

TEST_F(Infer, ShapeArithmeticKeepsItsValues) {
  const auto g = parse_graph(
      "input x: float32[N,3] s = Shape(x) t = Times(s) {by = 2} y = Reshape(x, t) output y");
  const auto facts = infer_shapes(*g, ops);
  EXPECT_EQ(type_of(*g, "s"), "int64[2]");
  EXPECT_EQ(to_string(*facts.at(g->find("t")).elements), "[2*N,6]");
  EXPECT_EQ(type_of(*g, "y"), "float32[2*N,6]");
}

TEST_F(Infer, WhatAnOperatorSaysWinsOverClaims) {
  const auto g = parse_graph("input x: float32[2,N] y: float32[5,7] = Neg(x) output y");
  infer_shapes(*g, ops);
  EXPECT_EQ(type_of(*g, "y"), "float32[2,7]");  // a claimed number beats a symbol only
}

TEST_F(Infer, UnknownOperatorsLeaveClaims) {
  const auto g = parse_graph("input x: float32[2] y: float32[5] = Foo(x) z = Neg(y) output z");
  infer_shapes(*g, ops);
  EXPECT_EQ(type_of(*g, "z"), "float32[5]");
}

TEST_F(Infer, BodiesSeeOuterValuesAndTheirInputs) {
  const auto g = parse_graph(
      "input c: bool[] input x: float32[N] "
      "y = If(c) {then_branch = graph {a = Neg(x) output a}, else_branch = graph {output x}} "
      "z = Repeat(y) {count = 2, body = graph {input i: float32[...] o = Relu(i) output o}} "
      "output z");
  infer_shapes(*g, ops);
  EXPECT_EQ(type_of(*g, "y"), "float32[N]");
  EXPECT_EQ(type_of(*g, "z"), "float32[N]");
  EXPECT_EQ(type_of(*g->find("z")->producer()->subgraphs()[0], "o"), "float32[N]");
}

TEST_F(Infer, ImpossibleShapesNameTheNode) {
  const auto g =
      parse_graph("input x: float32[2] input z: float32[3] y = Add(x, z) @here output y");
  try {
    infer_shapes(*g, ops);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::corrupt);
    EXPECT_NE(std::string(e.what()).find("'here'"), std::string::npos) << e.what();
  }
}

TEST_F(Infer, BindingInputsForgetsClaimsForOtherSizes) {
  const auto g = parse_graph("input x: float32[N] y: float32[7] = Neg(x) output y");
  bind_input_shapes(*g, {{"x", {5}}});
  infer_shapes(*g, ops);
  EXPECT_EQ(type_of(*g, "y"), "float32[5]");
}

TEST_F(Infer, CostsNeedKnownShapes) {
  const auto g = parse_graph("input x: float32[N,3] y = Neg(x) output y");
  bool known = true;
  auto facts = infer_shapes(*g, ops);
  EXPECT_EQ(node_cost(*g->find("y")->producer(), ops, facts, &known).flops, 0);
  EXPECT_FALSE(known);
  bind_input_shapes(*g, {{"x", {4, 3}}});
  facts = infer_shapes(*g, ops);
  EXPECT_EQ(node_cost(*g->find("y")->producer(), ops, facts, &known).flops, 12);
  EXPECT_TRUE(known);
}

TEST_F(Infer, UnsupportedOperatorsAreCountedAndNamed) {
  const auto g = parse_graph(
      "input c: bool[] input x: float32[2] a = Foo(x) @first "
      "y = If(c) {then_branch = graph {b = Foo(a) output b}, else_branch = graph {d = q::Bar(a) "
      "output d}} output y");
  EXPECT_EQ(unsupported_operators(*g, ops),
            (std::vector<std::string>{"Foo (2): Foo 'first', Foo 'b'", "q::Bar (1): q::Bar 'd'"}));
  EXPECT_TRUE(
      unsupported_operators(*parse_graph("input x: float32[2] y = Neg(x) output y"), ops).empty());
}

struct Verify : Infer {
  [[nodiscard]] std::vector<std::string> broken(std::string_view text) const {
    return verify(*parse_graph(text), ops);
  }
};

TEST_F(Verify, AGoodGraphBreaksNoRule) {
  EXPECT_TRUE(broken("input x: float32[2] a = Neg(x) y = Add(a, x) output y").empty());
}

TEST_F(Verify, FindsReadingBeforeMaking) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) b = Relu(a) output b");
  g->move_before(g->find("b")->producer(), g->find("a")->producer());
  EXPECT_TRUE(mentions(verify(*g, ops), "input 'a' is not made before it"));
}

TEST_F(Verify, FindsReadingWhatABodyMade) {
  const auto g = parse_graph(
      "input c: bool[] input x: float32[2] "
      "y = If(c) {then_branch = graph {a = Neg(x) output a}, else_branch = graph {output x}} "
      "z = Relu(y) output z");
  Value* inside = g->find("y")->producer()->subgraphs()[1]->find("a");
  ASSERT_NE(inside, nullptr);
  g->find("z")->producer()->set_input(0, inside);
  EXPECT_TRUE(mentions(verify(*g, ops), "input 'a' is not made before it"));
}

TEST_F(Verify, FindsOutputsThatAreNeverMade) {
  const auto g = parse_graph("input x: float32[2] y = Neg(x) output y");
  const auto other = parse_graph("input foreign: float32[2] output foreign");
  g->set_output(0, other->find("foreign"));
  EXPECT_TRUE(mentions(verify(*g, ops), "graph output 'foreign' is never made"));
  g->set_output(0, g->find("y"));
}

TEST_F(Verify, FindsWrongCounts) {
  EXPECT_TRUE(mentions(broken("input x: float32[2] y = Neg(x, x) output y"),
                       "takes at most 1 inputs, has 2"));
  EXPECT_TRUE(mentions(broken("input x: float32[2] y = Add(x) output y"), "input 'b' is missing"));
  EXPECT_TRUE(
      mentions(broken("input x: float32[2] y = Add(_, x) output y"), "input 'a' is missing"));
  EXPECT_TRUE(mentions(broken("input x: float32[2] y, z = Neg(x) output y"),
                       "makes at most 1 outputs, has 2"));
}

TEST_F(Verify, FindsWrongElementTypes) {
  EXPECT_TRUE(mentions(broken("input x: int8[2] y = Add(x, x) output y"), "cannot be int8"));
  EXPECT_TRUE(mentions(broken("input x: float32[2] input z: float16[2] y = Add(x, z) output y"),
                       "is float16, but T is float32"));
}

TEST_F(Verify, FindsMissingAndWrongAttributes) {
  EXPECT_TRUE(
      mentions(broken("input x: int64[2] y = Times(x) output y"), "attribute 'by' is missing"));
  EXPECT_TRUE(mentions(broken("input x: int64[2] y = Times(x) {by = 1.0} output y"),
                       "attribute 'by' has the wrong kind"));
}

TEST_F(Verify, LooksIntoBodies) {
  EXPECT_TRUE(mentions(
      broken("input c: bool[] input x: float32[2] y = If(c) {then_branch = graph {a = Neg(x, x) "
             "output a}, else_branch = graph {output x}} output y"),
      "takes at most 1 inputs"));
}

}  // namespace
}  // namespace pare
