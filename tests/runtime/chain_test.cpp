#include <gtest/gtest.h>

#include <cstring>

#include "runtime/check.hpp"

namespace pare {
namespace {

std::size_t steps_of(const Compared& c) { return c.steps.size(); }

/// x -> 1.7 * tanh(x + b) - sigmoid(x + b), b along the last dimension.
Value* gated(Builder& b, Value* x, std::int64_t width) {
  Value* sum = b.node("Add", {x, b.weights({width}, 1)});
  Value* scaled = b.node("Mul", {b.node("Tanh", {sum}), b.scalar(1.7F)});
  return b.node("Sub", {scaled, b.node("Sigmoid", {sum})});
}

TEST(Chains, ConnectedElementwiseNodesAreOneStep) {
  for (const std::int64_t width : {5, 191, 192, 3000}) {
    Builder b;
    const Shape shape = {7, width};
    b.graph.add_output(gated(b, b.input("x", shape), width));
    const Compared c = run_both(b.graph, {b.random(shape, 3)});
    ASSERT_EQ(steps_of(c), 1U) << c.kernels();
    EXPECT_TRUE(c.has("native:chain (Add Tanh Mul Sigmoid Sub, ")) << c.kernels();
    EXPECT_DOUBLE_EQ(c.steps[0].cost.bytes, static_cast<double>(4 * (2 * 7 * width + width + 1)));
    expect_close(c, 16);
  }
}

/// Observing every value makes each node a step of its own.
TEST(Chains, GiveTheBitsOfTheSingleSteps) {
  for (const Shape& shape : {Shape{3, 5, 7, 11}, Shape{2, 2, 40, 1030}, Shape{1}}) {
    Builder b;
    Value* x = b.input("x", shape);
    const std::int64_t width = shape.back();
    Value* y = gated(b, x, width);
    y = b.node("Softplus", {b.node("Max", {y, b.weights({width}, 1)})});
    y = b.node("Where", {b.node("Less", {y, b.scalar(0.8F)}), y, b.node("HardSwish", {x})});
    y = b.node("Div", {b.node("Sqrt", {y}), b.node("Log", {b.node("Exp", {y})})});
    b.graph.add_output(y);
    const std::vector<Tensor> in = {b.random(shape, 3)};
    SessionOptions observed;
    for (const Node* node : b.graph.nodes()) observed.observe.push_back(node->output()->name());
    observed.observer = [](const std::string&, const Tensor&) {};
    const Compared one = run_both(b.graph, in);
    const Compared many = run_both(b.graph, in, observed);
    ASSERT_EQ(steps_of(one), 1U) << one.kernels();
    ASSERT_EQ(steps_of(many), b.graph.nodes().size()) << many.kernels();
    EXPECT_FALSE(many.has("reference")) << many.kernels();
    const auto a = one.fast.at(0).bytes();
    const auto z = many.fast.at(0).bytes();
    EXPECT_EQ(std::memcmp(a.data(), z.data(), a.size()), 0) << to_string(shape);
    for (const int threads : {1, 3}) {
      SessionOptions options;
      options.threads = threads;
      const Compared again = run_both(b.graph, in, options);
      EXPECT_EQ(std::memcmp(a.data(), again.fast.at(0).bytes().data(), a.size()), 0) << threads;
    }
  }
}

TEST(Chains, StopWhereAValueHasOtherReadersAndSaySo) {
  Builder b;
  Value* x = b.input("x", {4, 6});
  Value* y = b.node("Tanh", {b.node("Neg", {x})});
  Value* shared = y;
  b.graph.rename(shared, "shared");
  b.graph.add_output(b.node("Sigmoid", {b.node("Mul", {y, x})}));
  b.graph.add_output(b.node("ReduceMean", {y}));
  const Compared c = run_both(b.graph, {b.random({4, 6})});
  EXPECT_EQ(steps_of(c), 3U) << c.kernels();
  EXPECT_NE(c.refusals().find("'shared' has other readers"), std::string::npos) << c.refusals();
  expect_close(c, 16);
}

TEST(Chains, StopAtObservedValuesAndResults) {
  Builder b;
  Value* x = b.input("x", {4, 6});
  Value* y = b.node("Neg", {x});
  b.graph.rename(y, "seen");
  Value* z = b.node("Exp", {b.node("Tanh", {y})});
  b.graph.rename(z, "result");
  b.graph.add_output(z);
  b.graph.add_output(b.node("Abs", {b.node("Floor", {z})}));
  SessionOptions options;
  options.observe = {"seen"};
  int seen = 0;
  options.observer = [&](const std::string&, const Tensor&) { ++seen; };
  const Compared c = run_both(b.graph, {b.random({4, 6})}, options);
  EXPECT_EQ(steps_of(c), 3U) << c.kernels();
  EXPECT_EQ(seen, 1);
  EXPECT_NE(c.refusals().find("'seen' is observed"), std::string::npos) << c.refusals();
  EXPECT_NE(c.refusals().find("'result' is a result of the graph"), std::string::npos);
  expect_close(c, 16);
}

TEST(Chains, LeaveToProductsWhatTheyTake) {
  Builder b;
  Value* x = b.input("x", {1, 8, 9, 9});
  Value* conv = b.node("Conv", {x, b.weights({8, 8, 3, 3})},
                       {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}});
  Value* y = b.node("Relu", {conv});
  b.graph.add_output(b.node("Mul", {b.node("Erf", {y}), b.weights({8, 1, 1})}));
  const Compared c = run_both(b.graph, {b.random({1, 8, 9, 9})}, direct_convolutions());
  EXPECT_TRUE(c.has("Conv=")) << c.kernels();
  EXPECT_TRUE(c.has("native:chain (Erf Mul, ")) << c.kernels();
  EXPECT_NE(c.refusals().find("belongs to another step"), std::string::npos) << c.refusals();
  EXPECT_FALSE(c.has("Relu=")) << c.kernels();
  expect_close(c, 64);
}

TEST(Chains, WriteOverAnInputThatIsReadNoMore) {
  Builder b;
  Value* x = b.input("x", {64, 64});
  Value* y = b.node("Transpose", {x});
  y = b.node("Tanh", {b.node("Add", {y, b.weights({64})})});
  y = b.node("Transpose", {y});
  b.graph.add_output(b.node("Transpose", {y}));
  const auto session = Session::create(b.graph, op_registry(), {});
  const std::vector<Tensor> in = {b.random({64, 64})};
  Compared c;
  c.fast = session->run(in);
  c.meaning = interpret(b.graph, op_registry(), in);
  expect_close(c, 16);
  EXPECT_LE(session->arena_bytes(), 2U * 64 * 64 * 4);  // without it: three at a time
}

TEST(Chains, OfTooManyValuesAtATimeAreSplit) {
  Builder b;
  Value* x = b.input("x", {50, 40});
  std::vector<Value*> alive;
  for (int i = 0; i < 12; ++i) alive.push_back(b.node("Mul", {x, b.scalar(0.1F + 0.1F * i)}));
  Value* y = alive[0];
  for (std::size_t i = 1; i < alive.size(); ++i) y = b.node("Sub", {b.node("Tanh", {y}), alive[i]});
  b.graph.add_output(y);
  const Compared c = run_both(b.graph, {b.random({50, 40})});
  EXPECT_TRUE(c.has("native:")) << c.kernels();
  EXPECT_FALSE(c.has("reference")) << c.kernels();
  expect_close(c, 64);
}

}  // namespace
}  // namespace pare
