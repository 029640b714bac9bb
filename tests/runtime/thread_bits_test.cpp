#include <functional>

#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
using enum ElementKind;

/// Runs the graph with 1, 2 and 4 threads: every bit of every result is the same.
void expect_same_bits(const Graph& graph, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 4}) {
    SessionOptions options;
    options.threads = threads;
    const auto session = Session::create(graph, op_registry(), options);
    const std::vector<Tensor> got = session->run(inputs);
    if (first.empty()) first = got;
    std::string kernels;
    for (const StepInfo& s : session->steps()) kernels += s.op + "=" + s.kernel + "; ";
    ASSERT_EQ(got.size(), first.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_TRUE(identical(first[i], got[i])) << threads << " threads: " << kernels;
    }
  }
  set_threads(0);
}

TEST(ThreadBits, ConvolutionsOfAllKinds) {
  struct Case {
    Shape x, w;
    Ints strides, pads;
    std::int64_t group;
  };
  const std::vector<Case> cases = {{{1, 3, 64, 64}, {32, 3, 3, 3}, {2, 2}, {1, 1, 1, 1}, 1},
                                   {{1, 64, 14, 14}, {128, 64, 1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
                                   {{1, 512, 7, 7}, {64, 512, 1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
                                   {{1, 256, 4, 4}, {256, 256, 3, 3}, {1, 1}, {1, 1, 1, 1}, 1},
                                   {{2, 96, 15, 17}, {96, 1, 5, 5}, {1, 1}, {2, 2, 2, 2}, 96},
                                   {{1, 1024, 1, 1}, {1000, 1024, 1, 1}, {1, 1}, {0, 0, 0, 0}, 1}};
  for (const Case& c : cases) {
    Builder b;
    Value* y = b.node("Conv", {b.input("x", c.x), b.weights(c.w), b.weights({c.w[0]})},
                      {{"strides", c.strides}, {"pads", c.pads}, {"group", c.group}});
    b.graph.add_output(b.node("HardSwish", {y}));
    b.graph.add_output(b.node("GlobalAveragePool", {y}));
    expect_same_bits(b.graph, {b.random(c.x)});
  }
}

TEST(ThreadBits, ProductsOfAllShapes) {
  const std::vector<std::array<std::int64_t, 3>> sizes = {
      {1, 4096, 64},   {1, 2048, 1000}, {3, 1024, 1024}, {50, 768, 3072},
      {128, 3072, 96}, {300, 64, 64},   {17, 33, 255}};
  for (const auto& [m, k, n] : sizes) {
    Builder b;
    Value* x = b.input("x", {m, k});
    Value* other = b.input("w", {k, n});
    b.graph.add_output(b.node("Gelu", {b.node("MatMul", {x, b.weights({k, n}, 0.05F)})}));
    b.graph.add_output(b.node("MatMul", {x, other}));
    b.graph.add_output(
        b.node("Gemm", {x, b.weights({n, k}), b.weights({n})}, {{"transB", std::int64_t{1}}}));
    expect_same_bits(b.graph, {b.random({m, k}), b.random({k, n})});
  }
}

TEST(ThreadBits, AttentionAndNormalisation) {
  Builder b;
  const Shape heads = {1, 4, 70, 32};
  Value* q = b.input("q", heads);
  Value* kt = b.node("Transpose", {b.input("k", heads)}, {{"perm", Ints{0, 1, 3, 2}}});
  Value* p = b.node("Softmax", {b.node("Mul", {b.node("MatMul", {q, kt}), b.scalar(0.17F)})},
                    {{"axis", std::int64_t{-1}}});
  Value* y = b.node("MatMul", {p, b.input("v", heads)});
  y = b.node("Transpose", {y}, {{"perm", Ints{0, 2, 1, 3}}});
  y = b.node("Reshape", {y, b.constant(Tensor::of<std::int64_t>({3}, {1, 70, 128}))});
  y = b.node("LayerNormalization", {y, b.weights({128}), b.weights({128})});
  b.graph.add_output(b.node("ReduceMean", {y, b.constant(Tensor::of<std::int64_t>({1}, {1}))}));
  b.graph.add_output(y);
  expect_same_bits(b.graph, {b.random(heads), b.random(heads), b.random(heads)});
}

TEST(ThreadBits, IntegerProductsAndSums) {
  Builder b;
  Value* x = b.fake(b.input("x", {1, 60, 96}), 0.02F, 128, u8);
  const std::vector<float> scales(256, 0.003F);
  Value* y = b.node("MatMul", {x, b.int8_weights({96, 256}, scales, 1)});
  y = b.node("Gelu", {b.node("Add", {y, b.weights({256})})});
  y = b.fake(y, 0.03F, 100, u8);
  y = b.node("MatMul", {y, b.int8_weights({256, 96}, std::vector<float>(96, 0.002F), 1)});
  b.graph.add_output(b.node("Softmax", {y}, {{"axis", std::int64_t{-1}}}));
  expect_same_bits(b.graph, {b.random({1, 60, 96}, 2)});
}

TEST(ThreadBits, Recurrence) {
  Builder b;
  Value* x = b.input("x", {20, 1, 64});
  const std::vector<Value*> inputs = {x, b.weights({1, 512, 64}), b.weights({1, 512, 128}),
                                      b.weights({1, 1024})};
  b.graph.add_output(b.node("LSTM", inputs, {{"hidden_size", std::int64_t{128}}}));
  expect_same_bits(b.graph, {b.random({20, 1, 64})});
}

}  // namespace
}  // namespace pare
