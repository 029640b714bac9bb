#include "ops/sequences.hpp"

namespace pare {
namespace {

/// SequenceMap over x with a body that adds its two inputs, the second a sequence or a tensor.
std::unique_ptr<Graph> map_of_sums(ValueType second) {
  auto graph = std::make_unique<Graph>();
  Value* x = graph->add_input(
      "x", held_in(ValueType::Kind::sequence, ValueType(dtype_of(ElementKind::f32))));
  Value* b = graph->add_input("b", std::move(second));
  auto body = Graph::make_body(*graph);
  const ValueType tensor(dtype_of(ElementKind::f32));
  Value* p = body->add_input("p", tensor);
  Value* q = body->add_input("q", tensor);
  body->add_output(body->add_node({.op = "Add", .inputs = {p, q}})->output());
  Node* node = graph->add_node(
      {.op = "SequenceMap", .inputs = {x, b}, .attributes = {{"body", std::move(body)}}});
  graph->add_output(node->output());
  return graph;
}

std::vector<RuntimeValue> run(Graph& graph, const std::vector<RuntimeValue>& inputs) {
  const auto broken = verify(graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front();
  infer_shapes(graph, op_registry());
  EXPECT_EQ(graph.outputs()[0]->type().kind, ValueType::Kind::sequence);
  return interpret_values(graph, op_registry(), inputs);
}

TEST(SequenceMap, RunsItsBodyForEachElement) {
  const auto graph = map_of_sums(ValueType(dtype_of(ElementKind::f32)));
  const auto made = run(*graph, {three_rows(), row({10})});
  EXPECT_EQ(heads(made.at(0)), (std::vector<float>{11, 12, 14}));
  EXPECT_EQ(made[0].elements()[2].tensor().to_floats(), (std::vector<float>{14, 15, 16}));
  EXPECT_TRUE(run(*graph, {RuntimeValue::sequence({}), row({10})}).at(0).elements().empty());
}

TEST(SequenceMap, TakesOtherSequencesElementByElement) {
  const auto graph =
      map_of_sums(held_in(ValueType::Kind::sequence, ValueType(dtype_of(ElementKind::f32))));
  const auto more = RuntimeValue::sequence({row({10}), row({20}), row({30})});
  EXPECT_EQ(heads(run(*graph, {three_rows(), more}).at(0)), (std::vector<float>{11, 22, 34}));
  const auto fewer = RuntimeValue::sequence({row({10})});
  EXPECT_EQ(fault_of([&] { run(*graph, {three_rows(), fewer}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
