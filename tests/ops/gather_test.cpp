#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Gather, PicksSlicesAlongTheAxis) {
  const Tensor x = ramp({3, 2});
  expect_close(run_op("Gather", {x, ints({2, 0})})[0], {4, 5, 0, 1}, 0);
  const Tensor i = Tensor::of<std::int64_t>({1, 2}, {-1, 0});
  const Tensor y = run_op("Gather", {x, i}, {{"axis", std::int64_t{1}}})[0];
  EXPECT_EQ(y.shape(), (Shape{3, 1, 2}));
  expect_close(y, {1, 0, 3, 2, 5, 4}, 0);
  EXPECT_EQ(run_op("Gather", {x, Tensor::scalar<std::int64_t>(1)})[0].shape(), (Shape{2}));
}

TEST(Gather, SymbolsAndElements) {
  EXPECT_EQ(shape_text("Gather", {{Dim::symbol("V"), 8}, {2, 5}}, {}, ElementKind::i64), "[2,5,8]");
  Graph graph;
  Value* x = graph.add_input("x", typed(ElementKind::f32, {Dim::symbol("N"), 3}));
  Value* index = graph.add_constant(Tensor::scalar<std::int64_t>(0), "i");
  Node* shape = graph.add_node({.op = "Shape", .inputs = {x}});
  Node* first = graph.add_node({.op = "Gather", .inputs = {shape->output(), index}});
  const auto facts = infer_shapes(graph, op_registry());
  EXPECT_EQ(facts.at(first->output()).elements->at(0).text(), "N");
}

TEST(Gather, IndicesOutsideAreCorrupt) {
  for (const std::int64_t bad : {3, -4}) {
    EXPECT_EQ(fault_of([&] { run_op("Gather", {ramp({3, 2}), ints({bad})}); }), Fault::corrupt);
  }
}

TEST(Gather, GradientMatchesCentralDifferences) {
  expect_gradient("Gather", {noise({4, 3}), Tensor::of<std::int64_t>({2, 2}, {0, -1, 3, 1})});
  expect_gradient("Gather", {noise({4, 3}), Tensor::of<std::int32_t>({2, 2}, {0, -1, 2, 1})},
                  {{"axis", Int{-1}}});
  expect_gradient("Gather", {noise({4, 3}), Tensor::of<std::int32_t>({}, {2})});
}

}  // namespace
}  // namespace pare
