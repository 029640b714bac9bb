#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Range, StopsBeforeTheLimit) {
  const auto f = [](float v) { return Tensor::scalar<float>(v); };
  const auto i = [](std::int64_t v) { return Tensor::scalar<std::int64_t>(v); };
  expect_close(run_op("Range", {f(1), f(2), f(0.25F)})[0], {1, 1.25F, 1.5F, 1.75F}, 0);
  EXPECT_EQ(run_op("Range", {i(10), i(4), i(-3)})[0].to_ints(), (Shape{10, 7}));
  EXPECT_EQ(run_op("Range", {i(4), i(4), i(1)})[0].size(), 0);
}

TEST(Range, LengthIsSymbolic) {
  Graph graph;
  Value* x = graph.add_input("x", typed(ElementKind::f32, {Dim::symbol("N")}));
  Value* zero = graph.add_constant(Tensor::scalar<std::int64_t>(0), "zero");
  Value* one = graph.add_constant(Tensor::scalar<std::int64_t>(1), "one");
  Node* n = graph.add_node({.op = "Size", .inputs = {x}});
  Node* range = graph.add_node({.op = "Range", .inputs = {zero, n->output(), one}});
  infer_shapes(graph, op_registry());
  EXPECT_EQ(to_string(range->output()->type().shape.value_or(SymShape{})), "[N]");
}

TEST(Range, StepZeroAndListsAreCorrupt) {
  const auto i = [](std::int64_t v) { return Tensor::scalar<std::int64_t>(v); };
  EXPECT_EQ(fault_of([&] { run_op("Range", {i(0), i(4), i(0)}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_unchecked("Range", {i(0), ints({1, 2}), i(1)}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
