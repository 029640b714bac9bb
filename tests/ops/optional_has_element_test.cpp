#include "ops/sequences.hpp"

namespace pare {
namespace {

bool has(const RuntimeValue& v) {
  return run_op_values("OptionalHasElement", {v}).at(0).tensor().item<bool>();
}

TEST(OptionalHasElement, IsTrueForWhatHoldsSomething) {
  EXPECT_TRUE(has(row({1})));
  EXPECT_TRUE(has(three_rows()));
  EXPECT_TRUE(has(RuntimeValue::sequence({})));
}

TEST(OptionalHasElement, IsFalseForNothing) {
  EXPECT_FALSE(has({}));
  // An empty optional that the caller gives.
  Graph graph;
  Value* x = graph.add_input("x", held_in(ValueType::Kind::optional, typed(ElementKind::f32, {})));
  graph.add_output(graph.add_node({.op = "OptionalHasElement", .inputs = {x}})->output());
  EXPECT_FALSE(interpret_values(graph, op_registry(), {{}}).at(0).tensor().item<bool>());
}

}  // namespace
}  // namespace pare
