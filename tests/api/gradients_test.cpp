// Gradient graphs are ordinary graphs: passes and the kernels of a session do not change them.

#include "autodiff/gradients.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ir/infer.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

Tensor noise(Shape shape, unsigned seed) {
  Tensor t(ElementKind::f32, std::move(shape));
  std::uint32_t state = 0x9E3779B9U * (seed + 1);
  for (float& x : t.mutable_data<float>()) {
    state = state * 1664525U + 1013904223U;
    x = static_cast<float>(state >> 8) * 0x1.0p-23F - 1;
  }
  return t;
}

/// Gradients with respect to all inputs, optimised and in a session, against the interpreter.
/// float32: each sum rounds at 2^-24 of its terms; 2^-15 leaves room for 500 terms in a row.
void check(const char* text) {
  const auto graph = parse_graph(text);
  const auto found = gradients(*graph, op_registry(), graph->outputs()[0], graph->inputs());
  graph->erase_output(0);
  for (Value* v : found) graph->add_output(v);
  std::vector<Tensor> feeds;
  for (const Value* v : graph->inputs()) {
    feeds.push_back(noise(v->known_shape().value(), static_cast<unsigned>(feeds.size())));
  }
  const std::vector<Tensor> want = interpret(*graph, op_registry(), feeds);
  run_passes(*graph, default_passes(), PassContext{op_registry()});
  const auto broken = verify(*graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front();
  const auto session = Session::create(*graph, op_registry(), {});
  const auto got = tensors_of(session->run_values(values_of(feeds)));
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].shape(), want[i].shape()) << "input " << i;
    const auto a = got[i].to_doubles();
    const auto b = want[i].to_doubles();
    for (std::size_t k = 0; k < a.size(); ++k) {
      EXPECT_NEAR(a[k], b[k], 0x1p-15 * (1 + std::abs(b[k]))) << "input " << i << " element " << k;
    }
  }
}

TEST(GradientGraphs, ConvolutionalNetworkInASession) {
  check(R"(
    input x: float32[2,3,12,12]
    input w1: float32[8,3,3,3]
    input b1: float32[8]
    input w2: float32[8,1,3,3]
    input w3: float32[16,8,1,1]
    input w4: float32[16,5]
    const scale: float32[8] = rand(1, 0.5, 1)
    const shift: float32[8] = rand(2)
    const mean: float32[8] = rand(3)
    const var: float32[8] = rand(4, 0.5, 2)
    c1 = Conv(x, w1, b1) {pads = [1, 1, 1, 1], strides = [2, 2]}
    n1 = BatchNormalization(c1, scale, shift, mean, var)
    a1 = Relu(n1)
    c2 = Conv(a1, w2) {pads = [1, 1, 1, 1], group = 8}
    a2 = HardSwish(c2)
    p2 = MaxPool(a2) {kernel_shape = [2, 2], strides = [2, 2]}
    c3 = Conv(p2, w3)
    p3 = GlobalAveragePool(c3)
    f = Flatten(p3)
    z = MatMul(f, w4)
    l = LogSoftmax(z)
    s = ReduceMean(l) {keepdims = 0}
    loss = Neg(s)
    output loss)");
}

TEST(GradientGraphs, TransformerBlockInASession) {
  check(R"(
    input x: float32[2,5,8]
    input g: float32[8]
    input b: float32[8]
    input wq: float32[8,8]
    input wk: float32[8,8]
    input wv: float32[8,8]
    input up: float32[8,16]
    input down: float32[16,8]
    const root: float32[] = [2.8284271]
    n = LayerNormalization(x, g, b)
    q = MatMul(n, wq)
    k = MatMul(n, wk)
    v = MatMul(n, wv)
    kt = Transpose(k) {perm = [0, 2, 1]}
    s = MatMul(q, kt)
    d = Div(s, root)
    p = Softmax(d)
    o = MatMul(p, v)
    h = Add(x, o)
    u = MatMul(h, up)
    a = Gelu(u)
    e = MatMul(a, down)
    y = Add(h, e)
    loss = ReduceSumSquare(y) {keepdims = 0}
    output loss)");
}

}  // namespace
}  // namespace pare
