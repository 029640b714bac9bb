#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

struct ConvCase {
  Shape x, w;
  Ints strides, pads, dilations;
  std::int64_t group = 1;
  bool bias = true;
};

const std::vector<ConvCase>& conv_cases() {
  static const std::vector<ConvCase> kCases = {
      {{1, 3, 17, 19}, {16, 3, 3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}, 1, true},
      {{2, 16, 9, 9}, {24, 16, 1, 1}, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1, false},
      {{1, 16, 12, 11}, {16, 1, 3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}, 16, true},
      {{1, 17, 12, 11}, {17, 1, 5, 5}, {2, 2}, {2, 1, 2, 3}, {1, 1}, 17, true},
      {{1, 12, 14, 14}, {18, 4, 3, 3}, {1, 1}, {0, 1, 2, 0}, {1, 1}, 3, true},
      {{1, 8, 20, 20}, {8, 8, 3, 3}, {1, 1}, {2, 2, 2, 2}, {2, 2}, 1, true},
      {{1, 5, 21}, {7, 5, 4}, {3}, {2, 1}, {1}, 1, true},
      {{1, 4, 5, 6, 7}, {6, 4, 3, 3, 3}, {1, 2, 1}, {1, 1, 1, 1, 1, 1}, {1, 1, 1}, 1, true},
      {{1, 1, 28, 28}, {20, 1, 5, 5}, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1, true},
      {{1, 64, 1, 1}, {10, 64, 1, 1}, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1, true}};
  return kCases;
}

Value* add_conv(Builder& b, Value* x, const ConvCase& c) {
  std::vector<Value*> in = {x, b.weights(c.w)};
  if (c.bias) in.push_back(b.weights({c.w[0]}));
  return b.node(
      "Conv", in,
      {{"strides", c.strides}, {"pads", c.pads}, {"dilations", c.dilations}, {"group", c.group}});
}

TEST(FloatKernels, ConvolutionsAgreeWithTheReference) {
  for (const ConvCase& c : conv_cases()) {
    Builder b;
    Value* x = b.input("x", c.x);
    b.graph.add_output(add_conv(b, x, c));
    const Compared r = run_both(b.graph, {b.random(c.x)});
    const bool by_channel = c.x.size() == 4 && c.group > 1 && c.group == c.x[1] && c.w[0] == c.x[1];
    EXPECT_TRUE(r.has(by_channel ? "native:depthwise" : "onednn:conv")) << r.refusals();
    expect_close(r);
  }
}

TEST(FloatKernels, EveryActivationIsFusedBehindAConvolution) {
  const std::vector<std::pair<std::string, Attributes>> acts = {
      {"Relu", {}},
      {"LeakyRelu", {{"alpha", 0.1F}}},
      {"Sigmoid", {}},
      {"Tanh", {}},
      {"HardSwish", {}},
      {"HardSigmoid", {}},
      {"Elu", {}},
      {"Softplus", {}},
      {"Mish", {}},
      {"Gelu", {}},
      {"Gelu", {{"approximate", std::string("tanh")}}}};
  for (const auto& [op, attributes] : acts) {
    Builder b;
    Value* x = b.input("x", {1, 8, 9, 9});
    b.graph.add_output(b.node(op, {b.node("Conv", {x, b.weights({16, 8, 3, 3})})}, attributes));
    const Compared r = run_both(b.graph, {b.random({1, 8, 9, 9}, 3)}, direct_convolutions());
    EXPECT_TRUE(r.has("onednn:conv")) << op << r.refusals();
    EXPECT_FALSE(r.has("eltwise")) << op << ": " << r.kernels();
    expect_close(r, 256);
  }
}

TEST(FloatKernels, EveryActivationAloneAgreesWithTheReference) {
  const std::vector<std::pair<std::string, Attributes>> acts = {
      {"Relu", {}},
      {"LeakyRelu", {{"alpha", 0.1F}}},
      {"Sigmoid", {}},
      {"Tanh", {}},
      {"HardSwish", {}},
      {"HardSigmoid", {}},
      {"HardSigmoid", {{"alpha", 1.0F / 6}, {"beta", 0.5F}}},
      {"Elu", {}},
      {"Softplus", {}},
      {"Abs", {}},
      {"Neg", {}},
      {"Exp", {}}};
  for (const Shape& shape : {Shape{1, 96, 1, 1}, Shape{2, 3, 129, 65}}) {
    for (const auto& [op, attributes] : acts) {
      Builder b;
      Value* x = b.input("x", shape);
      b.graph.add_output(b.node(op, {x}, attributes));
      const Compared r = run_both(b.graph, {b.random(shape, 4)});
      EXPECT_FALSE(r.has("reference")) << op << ": " << r.kernels();
      expect_close(r, 256);
    }
  }
}

TEST(FloatKernels, ClipSwishAndResidualAreFused) {
  Builder b;
  const ConvCase c{{1, 16, 8, 8}, {16, 16, 3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1, true};
  Value* x = b.input("x", c.x);
  Value* clipped = b.node("Clip", {add_conv(b, x, c), b.scalar(0), b.scalar(6)});
  Value* y = add_conv(b, clipped, c);
  Value* swish = b.node("Mul", {b.node("Sigmoid", {y}), y});
  Value* sum = b.node("Add", {add_conv(b, swish, c), swish});
  b.graph.add_output(b.node("Relu", {sum}));
  const Compared r = run_both(b.graph, {b.random(c.x)});
  EXPECT_FALSE(r.has("binary")) << r.kernels();
  EXPECT_FALSE(r.has("eltwise")) << r.kernels();
  expect_close(r);
}

TEST(FloatKernels, AResidualThatIsReadAgainIsNotOverwritten) {
  Builder b;
  const ConvCase c{{1, 16, 8, 8}, {16, 16, 1, 1}, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1, true};
  Value* x = b.input("x", c.x);
  Value* a = add_conv(b, x, c);
  Value* sum = b.node("Add", {a, add_conv(b, a, c)});
  b.graph.add_output(b.node("Add", {sum, a}));
  b.graph.add_output(a);
  expect_close(run_both(b.graph, {b.random(c.x)}));
}

TEST(FloatKernels, PoolsAgreeWithTheReference) {
  const Shape x = {2, 20, 13, 15};
  const std::vector<std::pair<std::string, Attributes>> pools = {
      {"MaxPool", {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}}},
      {"MaxPool",
       {{"kernel_shape", Ints{3, 2}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 0, 1, 1}}}},
      {"MaxPool",
       {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"ceil_mode", std::int64_t{1}}}},
      {"MaxPool", {{"kernel_shape", Ints{3, 3}}, {"dilations", Ints{2, 2}}}},
      {"MaxPool",
       {{"kernel_shape", Ints{3, 3}},
        {"strides", Ints{2, 2}},
        {"auto_pad", std::string("SAME_UPPER")}}},
      {"AveragePool", {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}}},
      {"AveragePool",
       {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"ceil_mode", std::int64_t{1}}}},
      {"AveragePool",
       {{"kernel_shape", Ints{3, 3}},
        {"pads", Ints{1, 1, 1, 1}},
        {"count_include_pad", std::int64_t{1}}}},
      {"GlobalAveragePool", {}},
      {"GlobalMaxPool", {}}};
  for (const auto& [op, attributes] : pools) {
    Builder b;
    b.graph.add_output(b.node(op, {b.input("x", x)}, attributes));
    const Compared r = run_both(b.graph, {b.random(x)});
    EXPECT_TRUE(r.has("onednn:pool")) << op << r.refusals();
    expect_close(r);
  }
}

TEST(FloatKernels, ProductsAgreeWithTheReference) {
  const std::vector<std::pair<Shape, Shape>> shapes = {{{1, 40}, {40, 10}},
                                                       {{7, 33}, {33, 65}},
                                                       {{2, 5, 16}, {16, 12}},
                                                       {{2, 3, 5, 16}, {2, 3, 16, 9}},
                                                       {{4, 5, 16}, {1, 16, 9}}};
  for (const auto& [a, w] : shapes) {
    for (const bool constant : {true, false}) {
      Builder b;
      Value* x = b.input("a", a);
      Value* y = constant ? b.weights(w) : b.input("b", w);
      Value* product = b.node("MatMul", {x, y});
      Value* biased = b.node("Add", {product, b.weights({w.back()})});
      b.graph.add_output(b.node("Relu", {biased}));
      std::vector<Tensor> in = {b.random(a)};
      if (!constant) in.push_back(b.random(w));
      const Compared r = run_both(b.graph, in);
      EXPECT_TRUE(r.has("onednn:matmul")) << r.refusals();
      EXPECT_EQ(r.steps.size(), 1U) << r.kernels();
      expect_close(r);
    }
  }
}

TEST(FloatKernels, GemmTakesTransposedWeightsAndBias) {
  for (const std::int64_t transposed : {0, 1}) {
    Builder b;
    const Shape w = transposed != 0 ? Shape{11, 30} : Shape{30, 11};
    b.graph.add_output(b.node("Gemm", {b.input("x", {3, 30}), b.weights(w), b.weights({11})},
                              {{"transB", transposed}}));
    const Compared r = run_both(b.graph, {b.random({3, 30})});
    EXPECT_TRUE(r.has("onednn:matmul")) << r.refusals();
    expect_close(r);
  }
}

TEST(FloatKernels, ElementwiseBroadcastsBesideConvolutions) {
  const Shape x = {2, 16, 6, 5};
  for (const std::string op : {"Add", "Sub", "Mul", "Div", "Max", "Min"}) {
    for (const Shape& other : {Shape{2, 16, 6, 5}, Shape{1, 16, 1, 1}, Shape{2, 16, 1, 1},
                               Shape{16, 1, 1}, Shape{5}, Shape{}, Shape{2, 1, 6, 5}}) {
      for (const bool first : {true, false}) {
        Builder b;
        Value* v = b.input("x", x);
        Value* conv = b.node("Conv", {v, b.weights({16, 16, 1, 1})});
        Value* o = b.input("o", other);
        b.graph.add_output(conv);
        b.graph.add_output(
            b.node(op, first ? std::vector<Value*>{conv, o} : std::vector<Value*>{o, conv}));
        Tensor given = b.random(other, 0.5F);
        for (float& f : given.mutable_data<float>()) f += 2;
        Tensor image = b.random(x);
        for (float& f : image.mutable_data<float>()) f += 5;
        const Compared r = run_both(b.graph, {image, given});
        if (op != "Div" || first) expect_close(r);
      }
    }
  }
}

TEST(FloatKernels, SoftmaxAlongEveryAxis) {
  for (const std::string op : {"Softmax", "LogSoftmax"}) {
    for (std::int64_t axis = 0; axis < 3; ++axis) {
      Builder b;
      b.graph.add_output(b.node(op, {b.input("x", {3, 7, 10})}, {{"axis", axis}}));
      const Compared r = run_both(b.graph, {b.random({3, 7, 10}, 4)});
      const bool own = op == "Softmax" && axis == 2;
      EXPECT_TRUE(r.has(own ? "native:softmax" : "onednn:softmax")) << r.refusals();
      expect_close(r);
    }
  }
}

TEST(FloatKernels, ResultsAreTheSameBitsForAnyNumberOfThreads) {
  Builder b;
  const ConvCase big{{1, 32, 20, 20}, {48, 32, 3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1, true};
  Value* x = b.input("x", big.x);
  Value* y = b.node("Relu", {add_conv(b, x, big)});
  Value* pool = b.node("GlobalAveragePool", {y});
  Value* wide = b.node("Flatten", {y});
  b.graph.add_output(b.node("Gemm", {wide, b.weights({48 * 400, 24}), b.weights({24})}));
  b.graph.add_output(b.node("MatMul", {b.node("Flatten", {pool}), b.weights({48, 1000})}));
  const Tensor in = b.random(big.x);
  std::vector<std::vector<Tensor>> results;
  for (const int n : {1, 2, 3, 4}) {
    SessionOptions options;
    options.threads = n;
    results.push_back(Session::create(b.graph, op_registry(), options)->run({in}));
    EXPECT_TRUE(identical(results.front()[0], results.back()[0])) << n << " threads: Gemm";
    EXPECT_TRUE(identical(results.front()[1], results.back()[1])) << n << " threads: MatMul";
  }
}

}  // namespace
}  // namespace pare
