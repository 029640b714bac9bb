#include "ops/sequences.hpp"

namespace pare {
namespace {

TEST(OptionalGetElement, TakesOutWhatIsHeld) {
  EXPECT_EQ(run_op_values("OptionalGetElement", {row({1, 2})}).at(0).tensor().to_floats(),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(heads(run_op_values("OptionalGetElement", {three_rows()}).at(0)),
            (std::vector<float>{1, 2, 4}));
}

TEST(OptionalGetElement, HasTheTypeOfWhatIsHeld) {
  const ValueType optional =
      held_in(ValueType::Kind::optional, typed(ElementKind::f32, {Dim::symbol("N")}));
  EXPECT_EQ(infer_type("OptionalGetElement", {optional}).text(), "float32[N]");
}

TEST(OptionalGetElement, RefusesAnEmptyOptional) {
  Graph graph;
  Value* x = graph.add_input("x", held_in(ValueType::Kind::optional, typed(ElementKind::f32, {})));
  graph.add_output(graph.add_node({.op = "OptionalGetElement", .inputs = {x}})->output());
  EXPECT_EQ(fault_of([&] { interpret_values(graph, op_registry(), {{}}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
