#include "ir/gradient.hpp"
#include "ops/elementwise.hpp"

namespace pare {
namespace {

Tensor list(const std::vector<float>& v, Shape shape = {}) {
  if (shape.empty()) shape = {static_cast<std::int64_t>(v.size())};
  return Tensor::of<float>(shape, v);
}

Tensor round_trip(const std::string& format, const std::vector<Tensor>& inputs, Attributes a = {}) {
  a["format"] = format;
  return run_op("FakeQuantize", inputs, std::move(a), 1, "pare").at(0);
}

TEST(FakeQuantize, RoundsToWhatTheFormatHolds) {
  // 0, 0.5, 1, 1.5, 2, 3, 4, 6; halves to the even code.
  expect_close(round_trip("f4e2m1", {list({0.2F, 0.75F, -1.3F, 2.5F, 3.4F, 5, -7, 100})}),
               {0, 1, -1.5F, 2, 3, 4, -6, 6}, 0);
  expect_close(round_trip("int4", {list({0.5F, 1.5F, -8.7F, 9}), Tensor::scalar(1.0F)}),
               {0, 2, -8, 7}, 0);
  // 17 lies between 16 and 18 of E4M3 (3 bits of mantissa).
  expect_close(round_trip("f8e4m3fn", {list({17, 500, -0.3F}), Tensor::scalar(1.0F)}),
               {16, 448, -0.3125F}, 0);
}

TEST(FakeQuantize, ScalesForAllAndPerIndex) {
  expect_close(round_trip("int4", {list({1, 10, -100}), Tensor::scalar(10.0F)}), {0, 10, -80}, 0);
  const Tensor x = list({1, 10, 3, 30}, {2, 2});
  expect_close(round_trip("int4", {x, list({1, 20})}, {{"axis", Int{1}}}), {1, 0, 3, 40}, 0);
  expect_close(round_trip("int4", {x, list({1, 20})}, {{"axis", Int{0}}}), {1, 7, 0, 40}, 0);
}

TEST(FakeQuantize, ScalesFoundAtRunTime) {
  const Tensor x = list({7, 1.4F, 70, 14}, {2, 2});
  // The greatest of a row, or of all, becomes 7.
  expect_close(round_trip("int4", {x}, {{"scaling", std::string("token")}}), {7, 1, 70, 10}, 1e-5F);
  expect_close(round_trip("int4", {x}, {{"scaling", std::string("tensor")}}), {10, 0, 70, 10},
               1e-5F);
  expect_close(round_trip("int4", {x}, {{"scaling", std::string("token")}, {"block_axis", Int{0}}}),
               {10, 2, 70, 14}, 1e-5F);
  expect_close(round_trip("int4", {list({0, 0})}, {{"scaling", std::string("tensor")}}), {0, 0}, 0);
}

// What the format can hold passes, what it clips does not. (Through a graph: tests/autodiff.)
TEST(FakeQuantize, GradientIsStraightThrough) {
  Graph graph;
  Value* x = graph.add_input("x", typed(ElementKind::f32, {4}));
  Value* dy = graph.add_input("dy", typed(ElementKind::f32, {4}));
  Value* scale = graph.add_constant(Tensor::scalar(0.5F), "scale");
  Node* node = graph.add_node({.op = "FakeQuantize",
                               .inputs = {x, scale},
                               .attributes = {{"format", std::string("int4")}},
                               .domain = "pare"});
  GraphBuilder::Facts facts = infer_shapes(graph, op_registry());
  const OpDef& def = op_registry().at(*node);
  GradientContext context(*node, def, GraphBuilder(graph, op_registry(), facts), {dy},
                          {true, false});
  def.gradient(context);
  graph.add_output(context.dx(0));
  const auto dx =
      interpret(graph, op_registry(), {list({-4.1F, -4, 3.5F, 3.6F}), list({1, 2, 3, 4})});
  expect_close(dx[0], {0, 2, 3, 0}, 0);
}

TEST(FakeQuantize, Refuses) {
  const Tensor x = list({1});
  EXPECT_EQ(fault_of([&] { round_trip("int1000", {x}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { round_trip("string", {x}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              round_trip("int4", {x}, {{"scaling", std::string("row")}});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              round_trip("int4", {x, Tensor::scalar(1.0F)}, {{"scaling", std::string("tensor")}});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] { round_trip("int4", {x, list({1, 2})}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
