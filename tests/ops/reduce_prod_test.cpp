#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

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

TEST(ReduceProd, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceProd", noise({2, 3, 2}));
  expect_gradient("ReduceProd",
                  {Tensor::of<float>({3, 3}, {1, 0, 2, 0, 3, 0, 2, 3, 4}), ints({1})});
}

}  // namespace
}  // namespace pare
