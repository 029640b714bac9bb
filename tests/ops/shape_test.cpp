#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Shape, SizesAndPartsOfThem) {
  const Tensor x = ramp({2, 3, 4});
  EXPECT_EQ(run_op("Shape", {x})[0].to_ints(), (Shape{2, 3, 4}));
  EXPECT_EQ(run_op("Shape", {x}, {{"start", std::int64_t{-2}}})[0].to_ints(), (Shape{3, 4}));
  EXPECT_EQ(
      run_op("Shape", {x}, {{"start", std::int64_t{1}}, {"end", std::int64_t{-1}}})[0].to_ints(),
      (Shape{3}));
  EXPECT_EQ(run_op("Shape", {x}, {{"start", std::int64_t{9}}})[0].size(), 0);
}

TEST(Shape, ElementsAreSymbolic) {
  Graph graph;
  Value* x = graph.add_input("x", typed(ElementKind::f32, {Dim::symbol("N"), 3}));
  Node* shape = graph.add_node({.op = "Shape", .inputs = {x}});
  const auto facts = infer_shapes(graph, op_registry());
  const auto& elements = facts.at(shape->output()).elements;
  ASSERT_TRUE(elements.has_value());
  EXPECT_EQ(to_string(*elements), "[N,3]");
  EXPECT_EQ(fault_of([] { run_unchecked("Shape", {Tensor()}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
