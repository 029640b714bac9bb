#include "ir/pass.hpp"

#include <gtest/gtest.h>

#include "ir/test_ops.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

// --- passes of the tests' own

/// Neg(Neg(x)) -> x.
Verdict match_two(const Node& n, const PassContext& /*context*/) {
  if (!n.is("Neg") || n.input(0)->producer() == nullptr || !n.input(0)->producer()->is("Neg")) {
    return not_mine();
  }
  if (n.input(0)->producer()->input(0)->is_graph_input() && n.output()->is_graph_output()) {
    return refuse("nothing would be left");
  }
  return accept();
}
void rewrite_two(Node& n, PassContext& /*context*/) {
  Node* inner = n.input(0)->producer();
  Graph& g = n.graph();
  g.replace(n.output(), inner->input(0));
  g.erase(&n);
  if (inner->output()->readers() == 0) g.erase(inner);  // often later in the list of nodes
}
const PassDef kTwo = {.name = "two", .stage = 20, .match = match_two, .rewrite = rewrite_two};

/// Relu <-> Neg for ever.
Verdict match_flip(const Node& n, const PassContext& /*context*/) {
  return n.is("Relu") || n.is("Neg") ? accept() : not_mine();
}
void rewrite_flip(Node& n, PassContext& /*context*/) {
  n.set_op("", n.is("Relu") ? "Neg" : "Relu");
}
const PassDef kFlip = {.name = "flip", .match = match_flip, .rewrite = rewrite_flip};

/// Relu -> Neg, once.
Verdict match_relu(const Node& n, const PassContext& /*context*/) {
  return n.is("Relu") ? accept() : not_mine();
}
const PassDef kRelu = {.name = "relu", .stage = 10, .match = match_relu, .rewrite = rewrite_flip};

std::size_t run_count(Graph& g, PassContext& context) {
  context.events->push_back({"count", cat(g.node_count()), Verdict::Kind::refuse, "only counts"});
  return 0;
}
const PassDef kCount = {.name = "count", .stage = 30, .run = run_count};

struct RunPasses : testing::Test {
  OpRegistry ops = make_test_ops();
  PassReport run(Graph& g, const std::vector<PassDef>& passes, int rounds = 16) const {
    return run_passes(g, passes, {.ops = ops}, rounds);
  }
};

constexpr const char* kChain =
    "input x: float32[2] a = Relu(x) b = Neg(a) c = Relu(b) d = Neg(c) e = Neg(d) output e";

TEST_F(RunPasses, GoOnUntilNothingChanges) {
  const auto g = parse_graph(kChain);
  const PassReport report = run(*g, {kTwo, kRelu});  // relu has the lower stage
  EXPECT_EQ(g->node_count(), 1U);
  EXPECT_EQ(g->outputs()[0]->name(), "e");
  EXPECT_EQ(report.nodes_before, 5U);
  EXPECT_EQ(report.nodes_after, 1U);
  ASSERT_GE(report.events.size(), 4U);
  EXPECT_EQ(report.events[0].pass, "relu");
  EXPECT_EQ(report.events[0].node, "Relu 'a'");
  EXPECT_EQ(report.events[2].pass, "two");
}

TEST_F(RunPasses, ASecondRunChangesNothing) {
  const auto g = parse_graph(kChain);
  run(*g, {kTwo, kRelu});
  const std::string once = print_graph(*g);
  const PassReport report = run(*g, {kTwo, kRelu});
  EXPECT_EQ(print_graph(*g), once);
  EXPECT_EQ(report.rounds, 1);
  EXPECT_TRUE(report.events.empty());
}

TEST_F(RunPasses, EndlessPassesStop) {
  const auto g = parse_graph(kChain);
  EXPECT_EQ(run(*g, {kFlip}, 7).rounds, 7);
}

TEST_F(RunPasses, RefusalsOfTheLastRoundAreReportedOnce) {
  const auto g = parse_graph("input x: float32[2] a = Neg(x) b = Neg(a) c = Relu(x) output b, c");
  const PassReport report = run(*g, {kRelu, kTwo});
  ASSERT_EQ(report.events.size(), 2U);
  EXPECT_EQ(report.events[0].kind, Verdict::Kind::accept);
  EXPECT_EQ(report.events[1].kind, Verdict::Kind::refuse);
  EXPECT_EQ(report.events[1].node, "Neg 'b'");
  EXPECT_EQ(report.events[1].reason, "nothing would be left");
}

TEST_F(RunPasses, BodiesAreRewrittenToo) {
  const auto g = parse_graph(
      "input c: bool[] input x: float32[2] "
      "y = If(c) {then_branch = graph {a = Neg(x) b = Neg(a) d = Relu(b) output d}, "
      "else_branch = graph {output x}} output y");
  const PassReport report = run(*g, {kTwo});
  EXPECT_EQ(report.nodes_before, 4U);
  EXPECT_EQ(report.nodes_after, 2U);
  EXPECT_TRUE(verify(*g, ops).empty());
}

TEST_F(RunPasses, ShapesAreKnownAndEventsReachTheCaller) {
  const auto g = parse_graph("input x: float32[N] y = Relu(x) output y");
  std::vector<PassEvent> events;
  run_passes(*g, {kCount, kRelu}, {.ops = ops, .events = &events});
  EXPECT_EQ(g->find("y")->type().text(), "float32[N]");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].pass, "count");
  EXPECT_EQ(events[1].reason, "only counts");
}

TEST_F(RunPasses, APassNeedsOneOfTheTwoForms) {
  const auto g = parse_graph(kChain);
  EXPECT_THROW(run(*g, {{.name = "none"}}), Error);
  EXPECT_THROW(run(*g, {{.name = "half", .match = match_two}}), Error);
}

}  // namespace
}  // namespace pare
