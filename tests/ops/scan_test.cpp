#include "ops/elementwise.hpp"

namespace pare {
namespace {

/// state' = state + slice; result = 2 state'.
struct Sums {
  Graph graph;
  Node* node = nullptr;

  explicit Sums(const SymShape& state, const SymShape& x, Attributes attributes = {}) {
    Value* first = graph.add_input("first", typed(ElementKind::f32, state));
    Value* data = graph.add_input("x", typed(ElementKind::f32, x));
    auto body = Graph::make_body(graph);
    Value* sum = body->add_input("sum", ValueType());
    Value* slice = body->add_input("slice", ValueType());
    Value* next = body->add_node({.op = "Add", .inputs = {sum, slice}})->output();
    body->add_output(next);
    body->add_output(body->add_node({.op = "Add", .inputs = {next, next}})->output());
    attributes["body"] = body;
    attributes.emplace("num_scan_inputs", Int{1});
    node = graph.add_node({.op = "Scan",
                           .inputs = {first, data},
                           .attributes = attributes,
                           .output_names = {"last", "all"}});
    for (Value* v : node->outputs()) graph.add_output(v);
  }
  [[nodiscard]] std::vector<Tensor> run(const Tensor& first, const Tensor& x) const {
    return interpret(graph, op_registry(), {first, x});
  }
};

TEST(Scan, PublishedSums) {
  const Tensor x = Tensor::of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  const auto y = Sums({2}, {3, 2}).run(Tensor(ElementKind::f32, {2}), x);
  expect_close(y[0], {9, 12}, 0);
  expect_close(y[1], {2, 4, 8, 12, 18, 24}, 0);
}

TEST(Scan, AxesAndDirections) {
  const Tensor x = Tensor::of<float>({2, 3}, {1, 3, 5, 2, 4, 6});
  const Tensor zero(ElementKind::f32, {2});
  const auto columns =
      Sums({2}, {2, 3}, {{"scan_input_axes", Ints{-1}}, {"scan_output_axes", Ints{1}}})
          .run(zero, x);
  EXPECT_EQ(columns[1].shape(), (Shape{2, 3}));
  expect_close(columns[1], {2, 8, 18, 4, 12, 24}, 0);
  const auto back =
      Sums({2}, {2, 3}, {{"scan_input_axes", Ints{1}}, {"scan_input_directions", Ints{1}}})
          .run(zero, x);
  expect_close(back[1], {10, 12, 16, 20, 18, 24}, 0);
  const auto turned =
      Sums({2}, {2, 3}, {{"scan_input_axes", Ints{1}}, {"scan_output_directions", Ints{1}}})
          .run(zero, x);
  expect_close(turned[1], {18, 24, 8, 12, 2, 4}, 0);
}

TEST(Scan, NoStepsAndSymbols) {
  Sums s({2}, {Dim::symbol("T"), 2});
  infer_shapes(s.graph, op_registry());
  EXPECT_EQ(s.node->output(0)->type().text(), "float32[2]");
  EXPECT_EQ(s.node->output(1)->type().text(), "float32[T,2]");
  const auto y = s.run(ramp({2}), Tensor(ElementKind::f32, {0, 2}));
  expect_close(y[0], {0, 1}, 0);
  EXPECT_EQ(y[1].shape(), (Shape{0, 2}));
}

TEST(Scan, WhatDoesNotFitIsCorrupt) {
  const auto fault = [](Attributes a) {
    return fault_of([&] { (void)Sums({2}, {3, 2}, a).run(ramp({2}), ramp({3, 2})); });
  };
  EXPECT_EQ(fault({{"num_scan_inputs", Int{0}}}), Fault::corrupt);
  EXPECT_EQ(fault({{"num_scan_inputs", Int{3}}}), Fault::corrupt);
  EXPECT_EQ(fault({{"scan_input_axes", Ints{2}}}), Fault::corrupt);
  EXPECT_EQ(fault({{"scan_input_axes", Ints{0, 0}}}), Fault::corrupt);
  EXPECT_EQ(fault({{"scan_output_axes", Ints{3}}}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
