#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ConstantOfShape, FillsWithZeroOrTheValue) {
  expect_close(run_op("ConstantOfShape", {ints({2, 1})})[0], {0, 0}, 0);
  const Tensor seven = Tensor::of<std::int32_t>({1}, {7});
  const Tensor y = run_op("ConstantOfShape", {ints({3})}, {{"value", seven}})[0];
  EXPECT_EQ(y.kind(), ElementKind::i32);
  EXPECT_EQ(y.to_ints(), (Shape{7, 7, 7}));
  EXPECT_EQ(run_op("ConstantOfShape", {Tensor(ElementKind::i64, {0})})[0].shape(), Shape{});
}

TEST(ConstantOfShape, ShapeFromSymbolicElements) {
  Graph graph;
  Value* x = graph.add_input("x", typed(ElementKind::f32, {Dim::symbol("N"), 3}));
  Node* shape = graph.add_node({.op = "Shape", .inputs = {x}});
  Node* zeros = graph.add_node({.op = "ConstantOfShape", .inputs = {shape->output()}});
  infer_shapes(graph, op_registry());
  EXPECT_EQ(to_string(zeros->output()->type().shape.value_or(SymShape{})), "[N,3]");
}

TEST(ConstantOfShape, NegativeSizesAndManyValuesAreCorrupt) {
  EXPECT_EQ(fault_of([] { run_op("ConstantOfShape", {ints({-2})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_op("ConstantOfShape", {ints({2})}, {{"value", ramp({2})}});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
