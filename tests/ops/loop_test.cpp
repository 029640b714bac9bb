#include "ir/text.hpp"
#include "ops/elementwise.hpp"

namespace pare {
namespace {

/// sum += step + outer; goes on while sum < limit; scans the sum. With `grow` also a list to which
/// every step adds the sum.
struct Counter {
  Graph graph;
  Node* node = nullptr;

  explicit Counter(float limit, bool grow = false) {
    Value* m = graph.add_input("m", typed(ElementKind::i64, {}));
    Value* cond = graph.add_input("cond", typed(ElementKind::boolean, {}));
    Value* first = graph.add_input("first", typed(ElementKind::f32, {1}));
    Value* outer = graph.add_input("outer", typed(ElementKind::f32, {1}));
    auto body = Graph::make_body(graph);
    Value* step = body->add_input("step", ValueType());
    body->add_input("go_on", ValueType());
    Value* sum = body->add_input("sum", ValueType());
    const auto node_of = [&](const std::string& op, std::vector<Value*> in, Attributes a = {}) {
      return body->add_node({.op = op, .inputs = std::move(in), .attributes = std::move(a)})
          ->output();
    };
    Value* number = node_of("Cast", {step}, {{"to", Int{1}}});
    Value* next = node_of("Add", {node_of("Add", {sum, number}), outer});
    Value* bound = body->add_constant(Tensor::of<float>({1}, {limit}), "limit");
    std::vector<Value*> inputs = {m, cond, first};
    Value* less = node_of("Less", {next, bound});
    body->add_output(node_of("Squeeze", {less}));
    body->add_output(next);
    std::vector<std::string> names = {"final"};
    if (grow) {
      Value* list = body->add_input("list", ValueType());
      inputs.push_back(first);
      body->add_output(node_of("Concat", {list, next}, {{"axis", Int{0}}}));
      names.emplace_back("grown");
    }
    body->add_output(next);
    names.emplace_back("scanned");
    node = graph.add_node(
        {.op = "Loop", .inputs = inputs, .attributes = {{"body", body}}, .output_names = names});
    for (Value* v : node->outputs()) graph.add_output(v);
  }

  [[nodiscard]] std::vector<Tensor> run(Int trips, bool cond, float first, float outer) const {
    return interpret(graph, op_registry(),
                     {Tensor::scalar<std::int64_t>(trips), Tensor::scalar<bool>(cond),
                      Tensor::of<float>({1}, {first}), Tensor::of<float>({1}, {outer})});
  }
};

TEST(Loop, RunsTheTripsAndStacksWhatEachMakes) {
  const auto y = Counter(1e9F).run(4, true, 10, 0.5F);  // 10.5, 12, 14.5, 18
  expect_close(y[0], {18}, 0);
  EXPECT_EQ(y[1].shape(), (Shape{4, 1}));
  expect_close(y[1], {10.5F, 12, 14.5F, 18}, 0);
}

TEST(Loop, StopsWhenTheConditionFails) {
  const auto y = Counter(13).run(100, true, 10, 0.5F);  // 14.5 is the first not below 13
  expect_close(y[0], {14.5F}, 0);
  expect_close(y[1], {10.5F, 12, 14.5F}, 0);
}

TEST(Loop, NoTripLeavesTheValuesAndEmptyScans) {
  for (const bool cond : {false, true}) {
    Counter c(1e9F);
    infer_shapes(c.graph, op_registry());  // tells the type of a result that no step makes
    const auto y = c.run(cond ? 0 : 5, cond, 10, 0.5F);
    expect_close(y[0], {10}, 0);
    EXPECT_EQ(y[1].size(), 0);
    EXPECT_EQ(y[1].kind(), ElementKind::f32);
  }
}

TEST(Loop, ValuesMayGrow) {
  Counter c(1e9F, true);
  infer_shapes(c.graph, op_registry());
  EXPECT_EQ(c.node->output(0)->type().text(), "float32[1]");
  EXPECT_EQ(c.node->output(1)->type().text(), "float32[?]");
  EXPECT_EQ(c.node->output(2)->type().text(), "float32[?,1]");
  const auto y = c.run(3, true, 1, 0);
  expect_close(y[1], {1, 1, 2, 4}, 0);
}

TEST(Loop, AConditionThatIsNoBoolIsCorrupt) {
  const auto graph = parse_graph(
      "const m: int64[] = [3]\nconst c: bool[] = [1]\nconst x: float32[2] = [1, 2]\n"
      "y = Loop(m, c, x) {body = graph {\ninput i: int64[]\ninput k: bool[]\n"
      "input v: float32[2]\ngo = Identity(i)\nw = Add(v, v)\noutput go\noutput w}}\noutput y");
  EXPECT_EQ(fault_of([&] { (void)interpret(*graph, op_registry(), {}); }), Fault::corrupt);
}

TEST(Loop, BodiesThatDoNotFitAreCorrupt) {
  Counter c(1);
  c.node->erase_attribute("body");
  EXPECT_EQ(fault_of([&] { (void)c.run(1, true, 0, 0); }), Fault::corrupt);
  Counter d(1);
  auto body = Graph::make_body(d.graph);
  d.node->set_attribute("body", body);
  EXPECT_EQ(fault_of([&] { (void)d.run(1, true, 0, 0); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { infer_shapes(d.graph, op_registry()); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
