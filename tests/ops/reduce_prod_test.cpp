#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ReduceProd, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceProd", {{8, -7.5F}, {3, -10, 2}, -60});
}

TEST(ReduceProd, MultipliesSymbolicSizes) {
  Graph graph;
  Value* x = graph.add_input("x", typed(ElementKind::f32, {Dim::symbol("N"), 3, 4}));
  Node* shape = graph.add_node({.op = "Shape", .inputs = {x}});
  Node* all = graph.add_node({.op = "ReduceProd",
                              .inputs = {shape->output()},
                              .attributes = {{"keepdims", std::int64_t{0}}}});
  const auto facts = infer_shapes(graph, op_registry());
  ASSERT_TRUE(facts.at(all->output()).elements.has_value());
  EXPECT_EQ(facts.at(all->output()).elements->front().text(), "12*N");
}

}  // namespace
}  // namespace pare
