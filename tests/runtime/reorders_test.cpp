// Layouts: between convolutions nothing is moved from one into the other.

#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

int reorders(const Compared& c) {
  int count = 0;
  for (const StepInfo& s : c.steps) count += s.kernel.find("reorder") != std::string::npos ? 1 : 0;
  return count;
}

Value* conv(Builder& b, Value* x, std::int64_t from, std::int64_t to, std::int64_t side,
            std::int64_t group = 1) {
  const std::int64_t pad = side / 2;
  return b.node("Conv", {x, b.weights({to, from / group, side, side})},
                {{"pads", Ints{pad, pad, pad, pad}}, {"group", group}});
}

TEST(Reorders, AFireModuleHasOneForItsInput) {
  Builder b;
  Value* x = b.node("Relu", {conv(b, b.input("x", {1, 3, 12, 12}), 3, 16, 3)});
  x = b.node("MaxPool", {x}, {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}});
  for (int module = 0; module < 2; ++module) {
    Value* s = b.node("Relu", {conv(b, x, 16, 8, 1)});
    Value* one = b.node("Relu", {conv(b, s, 8, 8, 1)});
    Value* three = b.node("Relu", {conv(b, s, 8, 8, 3)});
    x = b.node("Concat", {one, three}, {{"axis", std::int64_t{1}}});
  }
  b.graph.add_output(b.node("GlobalAveragePool", {x}));
  const Compared c = run_both(b.graph, {b.random({1, 3, 12, 12})});
  expect_close(c, 256);
  EXPECT_EQ(reorders(c), 1) << c.kernels();
}

TEST(Reorders, InvertedBottlenecksWithGatesHaveOneForTheirInput) {
  Builder b;
  Value* x = b.node("HardSwish", {conv(b, b.input("x", {1, 3, 10, 10}), 3, 8, 3)});
  for (int block = 0; block < 2; ++block) {
    Value* y = b.node("HardSwish", {conv(b, x, 8, 24, 1)});
    y = b.node("Relu", {conv(b, y, 24, 24, 3, 24)});
    Value* gate = b.node("GlobalAveragePool", {y});
    gate = b.node("HardSigmoid", {conv(b, b.node("Relu", {conv(b, gate, 24, 8, 1)}), 8, 24, 1)});
    x = b.node("Add", {x, conv(b, b.node("Mul", {y, gate}), 24, 8, 1)});
  }
  b.graph.add_output(b.node("GlobalAveragePool", {x}));
  const Compared c = run_both(b.graph, {b.random({1, 3, 10, 10})});
  expect_close(c, 256);
  EXPECT_EQ(reorders(c), 1) << c.kernels();
}

TEST(Reorders, ANeckThatResizesAndJoinsHasOneForEachEnd) {
  Builder b;
  Value* x = b.input("x", {1, 3, 16, 16});
  Value* large = b.node("LeakyRelu", {conv(b, x, 3, 8, 3)});
  Value* small =
      b.node("MaxPool", {large}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  small = b.node("Sigmoid", {conv(b, small, 8, 8, 3)});
  Value* scales = b.constant(Tensor::of<float>({4}, {1, 1, 2, 2}));
  Value* up = b.node("Resize", {small, nullptr, scales},
                     {{"mode", std::string("nearest")},
                      {"coordinate_transformation_mode", std::string("asymmetric")},
                      {"nearest_mode", std::string("floor")}});
  Value* y = b.node("Concat", {up, large}, {{"axis", std::int64_t{1}}});
  b.graph.add_output(conv(b, b.node("Clip", {y, b.scalar(0), b.scalar(6)}), 16, 4, 1));
  const Compared c = run_both(b.graph, {b.random({1, 3, 16, 16})});
  expect_close(c, 256);
  EXPECT_EQ(reorders(c), 2) << c.kernels();
}

}  // namespace
}  // namespace pare
