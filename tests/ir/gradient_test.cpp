#include "ir/gradient.hpp"

#include <gtest/gtest.h>

#include "ir/infer.hpp"
#include "ir/test_ops.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

TEST(GradientContext, ReadsTheNodeAndHandsOverResults) {
  const OpRegistry ops = make_test_ops();
  const auto graph = parse_graph("input x: float32[3] input s: float32[3] y = Neg(x) @it output y");
  auto facts = infer_shapes(*graph, ops);
  Node* node = graph->find("y")->producer();
  Value* seed = graph->find("s");
  GradientContext g(*node, ops.at(*node), GraphBuilder(*graph, ops, facts), {seed}, {true});
  EXPECT_EQ(g.x(0), graph->find("x"));
  EXPECT_EQ(g.x(1), nullptr);
  EXPECT_EQ(g.y(0), graph->find("y"));
  EXPECT_EQ(g.dy(0), seed);
  EXPECT_EQ(g.dy(1), nullptr);
  EXPECT_TRUE(g.wants(0));
  EXPECT_FALSE(g.wants(1));
  EXPECT_EQ(g.dx(0), nullptr);
  Value* dx = g.neg(g.dy(0));
  EXPECT_EQ(dx->type().text(), "float32[3]");
  EXPECT_EQ(dx->producer()->name(), "it/gradient");
  g.set_dx(0, dx);
  EXPECT_EQ(g.dx(0), dx);
}

TEST(GradientContext, RefusalsNameTheNode) {
  const OpRegistry ops = make_test_ops();
  const auto graph = parse_graph("input x: float32[3] y = Neg(x) @it output y");
  auto facts = infer_shapes(*graph, ops);
  Node* node = graph->find("y")->producer();
  const GradientContext g(*node, ops.at(*node), GraphBuilder(*graph, ops, facts),
                          {graph->find("x")}, {true});
  try {
    g.only_outputs_below(0);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::unsupported);
    EXPECT_NE(std::string(error.what()).find("it"), std::string::npos);
  }
}

TEST(GraphBuilder, KnownSizesBecomeConstants) {
  const OpRegistry ops = make_test_ops();
  const auto graph = parse_graph("input x: float32[2,3] input n: float32[N,3] output x");
  auto facts = infer_shapes(*graph, ops);
  GraphBuilder build(*graph, ops, facts);
  Value* known = build.shape_of(graph->find("x"));
  ASSERT_TRUE(known->is_constant());
  EXPECT_EQ(known->constant().to_ints(), (Shape{2, 3}));
  Value* open = build.shape_of(graph->find("n"));
  ASSERT_FALSE(open->is_constant());
  EXPECT_EQ(to_string(facts.at(open).elements.value()), "[N,3]");
  EXPECT_EQ(build.size_of(graph->find("n"), -1)->constant().to_ints(), Shape{3});
  EXPECT_EQ(build.count(graph->find("x"))->constant().to_floats(), std::vector<float>{6});
  EXPECT_EQ(build.sum_to(graph->find("x"), graph->find("x")), graph->find("x"));
  EXPECT_THROW((void)build.size_of(graph->find("x"), 2), Error);
  EXPECT_THROW((void)build.size_of(graph->find("x"), -3), Error);
}

TEST(GradientTypes, OnlyRealNumbersCarryGradients) {
  using enum ElementKind;
  for (const ElementKind kind : {f16, bf16, f32, f64})
    EXPECT_TRUE(is_differentiable(dtype_of(kind)));
  for (const ElementKind kind : {i64, boolean, u8, string, f8e4m3fn}) {
    EXPECT_FALSE(is_differentiable(dtype_of(kind)));
  }
  EXPECT_FALSE(is_differentiable(DType()));
}

}  // namespace
}  // namespace pare
