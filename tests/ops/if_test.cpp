#include "ir/text.hpp"
#include "ops/elementwise.hpp"

namespace pare {
namespace {

/// A body that returns a constant.
std::shared_ptr<Graph> constant_body(Graph& outer, const Tensor& value) {
  auto body = Graph::make_body(outer);
  body->add_output(body->add_constant(value, "constant"));
  return body;
}

struct Branches {
  Graph graph;
  Node* node = nullptr;
  Branches() {
    Value* cond = graph.add_input("cond", typed(ElementKind::boolean, {}));
    node = graph.add_node({.op = "If",
                           .inputs = {cond},
                           .attributes = {{"then_branch", constant_body(graph, ramp({2, 3}))},
                                          {"else_branch", constant_body(graph, ramp({2, 1}, 5))}}});
    graph.add_output(node->output());
  }
};

TEST(If, RunsOneBranch) {
  const Branches b;
  const auto run = [&](bool yes) {
    return interpret(b.graph, op_registry(), {Tensor::scalar<bool>(yes)}).at(0);
  };
  expect_close(run(true), {0, 1, 2, 3, 4, 5}, 0);
  expect_close(run(false), {5, 6}, 0);
}

TEST(If, KnowsWhatHoldsForBothBranches) {
  Branches b;
  infer_shapes(b.graph, op_registry());
  EXPECT_EQ(to_string(b.node->output()->type().shape.value_or(SymShape{})), "[2,?]");
}

TEST(If, ABranchThatIsNeverTakenMayContradictTheShapes) {
  const auto graph = parse_graph(R"(
input x: float32[2,3]
input up: bool[]
const axis: int64[1] = [1]
y = If(up) {then_branch = graph {
  a = Relu(x)
  output a
}, else_branch = graph {
  b = Squeeze(x, axis)
  output b
}}
output y
)");
  infer_shapes(*graph, op_registry());
  EXPECT_EQ(graph->outputs()[0]->type().text(), "float32[2,3]");
  const auto run = [&](bool up) {
    return interpret(*graph, op_registry(), {ramp({2, 3}), Tensor::scalar<bool>(up)}).at(0);
  };
  expect_close(run(true), {0, 1, 2, 3, 4, 5}, 0);
  EXPECT_EQ(fault_of([&] { run(false); }), Fault::corrupt);
}

TEST(If, WithoutBranchesIsCorrupt) {
  EXPECT_EQ(fault_of([] { run_unchecked("If", {Tensor::scalar<bool>(true)}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
