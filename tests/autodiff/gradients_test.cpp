#include "autodiff/gradients.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ir/infer.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

Tensor noise(Shape shape, unsigned seed) {
  Tensor t(ElementKind::f64, std::move(shape));
  std::uint32_t state = 0x9E3779B9U * (seed + 1);
  for (double& x : t.mutable_data<double>()) {
    state = state * 1664525U + 1013904223U;
    x = static_cast<double>(state >> 8) * 0x1.0p-23 - 1;
  }
  return t;
}

std::vector<double> run(const Graph& graph, const std::vector<Tensor>& inputs) {
  std::vector<double> all;
  for (const Tensor& t : interpret(graph, op_registry(), inputs)) {
    const auto values = t.to_doubles();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

/// The inputs of a graph whose sizes are known, filled with noise.
std::vector<Tensor> feeds_of(const Graph& graph) {
  std::vector<Tensor> feeds;
  for (const Value* v : graph.inputs()) {
    feeds.push_back(noise(v->known_shape().value(), static_cast<unsigned>(feeds.size())));
  }
  return feeds;
}

/// Gradients of the only output with respect to all inputs (float64) against central differences.
/// Step 2^-17: rounding and the third derivative each add about 2^-36; 1e-7 leaves room for sums.
void check(const char* text) {
  const auto graph = parse_graph(text);
  const std::vector<Tensor> feeds = feeds_of(*graph);
  const auto forward = graph->clone();
  const std::vector<Value*> wrt = graph->inputs();
  const std::vector<Value*> found = gradients(*graph, op_registry(), graph->outputs()[0], wrt);
  graph->erase_output(0);
  for (Value* v : found) graph->add_output(v);
  const auto broken = verify(*graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front();
  const std::vector<Tensor> got = interpret(*graph, op_registry(), feeds);
  constexpr double kStep = 0x1p-17;
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    EXPECT_EQ(found[i]->known_shape(), feeds[i].shape());
    ASSERT_EQ(got[i].shape(), feeds[i].shape());
    const auto at = got[i].to_doubles();
    const auto loss = [&](std::size_t k, double by) {
      std::vector<double> x = feeds[i].to_doubles();
      x[k] += by;
      std::vector<Tensor> moved = feeds;
      moved[i] = Tensor::of<double>(feeds[i].shape(), x);
      return run(*forward, moved).front();
    };
    for (std::size_t k = 0; k < at.size(); ++k) {
      const double want = (loss(k, kStep) - loss(k, -kStep)) / (2 * kStep);
      EXPECT_NEAR(at[k], want, 1e-7 * (1 + std::abs(want))) << "input " << i << " element " << k;
    }
  }
}

TEST(Gradients, ValuesWithSeveralReadersAddUp) {
  check(R"(
    input x: float64[2,3]
    input b: float64[3]
    a = Mul(x, b)
    s = Sin(a)
    t = Mul(s, a)
    u = Add(t, x)
    v = Mul(u, u)
    y = ReduceSum(v) {keepdims = 0}
    output y)");
}

TEST(Gradients, SmallConvolutionalNetwork) {
  check(R"(
    input x: float64[2,1,6,6]
    input w1: float64[3,1,3,3]
    input b1: float64[3]
    input scale: float64[3]
    input shift: float64[3]
    const mean: float64[3] = rand(1)
    const var: float64[3] = rand(2, 0.5, 2)
    input w2: float64[4,3,2,2]
    input w3: float64[4,5]
    input b3: float64[5]
    const target: float64[2,5] = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    c1 = Conv(x, w1, b1) {pads = [1, 1, 1, 1]}
    n1, m1, v1 = BatchNormalization(c1, scale, shift, mean, var) {training_mode = 1}
    a1 = Relu(n1)
    p1 = MaxPool(a1) {kernel_shape = [2, 2], strides = [2, 2]}
    c2 = Conv(p1, w2)
    a2 = HardSwish(c2)
    p2 = GlobalAveragePool(a2)
    f = Flatten(p2)
    z = Gemm(f, w3, b3)
    l = LogSoftmax(z)
    t = Mul(l, target)
    s = ReduceSum(t) {keepdims = 0}
    loss = Neg(s)
    output loss)");
}

TEST(Gradients, SmallTransformerBlock) {
  check(R"(
    input x: float64[2,3,4]
    input g1: float64[4]
    input b1: float64[4]
    input wq: float64[4,4]
    input wk: float64[4,4]
    input wv: float64[4,4]
    input wo: float64[4,4]
    input g2: float64[4]
    input up: float64[4,6]
    input gate: float64[4,6]
    input down: float64[6,4]
    const heads: int64[4] = [0, 0, 2, 2]
    const merge: int64[3] = [0, 0, -1]
    const root: float64[] = [1.4142135623730951]
    n = LayerNormalization(x, g1, b1) {epsilon = 0.01}
    q = MatMul(n, wq)
    k = MatMul(n, wk)
    v = MatMul(n, wv)
    qh = Reshape(q, heads)
    kh = Reshape(k, heads)
    vh = Reshape(v, heads)
    qt = Transpose(qh) {perm = [0, 2, 1, 3]}
    kt = Transpose(kh) {perm = [0, 2, 3, 1]}
    vt = Transpose(vh) {perm = [0, 2, 1, 3]}
    s = MatMul(qt, kt)
    d = Div(s, root)
    p = Softmax(d)
    o = MatMul(p, vt)
    ot = Transpose(o) {perm = [0, 2, 1, 3]}
    om = Reshape(ot, merge)
    a = MatMul(om, wo)
    h = Add(x, a)
    r = RMSNormalization(h, g2) {epsilon = 0.01}
    u = MatMul(r, up)
    g = MatMul(r, gate)
    w = Swish(g)
    m = Mul(u, w)
    e = MatMul(m, down)
    y = Add(h, e)
    loss = ReduceSumSquare(y) {keepdims = 0}
    output loss)");
}

TEST(Gradients, SizesThatAreOnlyKnownWhenItRuns) {
  const auto graph = parse_graph(R"(
    input x: float64[N,C]
    input w: float64[C,M]
    input b: float64[K]
    h = MatMul(x, w)
    a = Add(h, b)
    t = Tanh(a)
    y = ReduceMean(t) {keepdims = 0}
    output y)");
  const auto found = gradients(*graph, op_registry(), graph->outputs()[0], graph->inputs());
  EXPECT_EQ(found[0]->type().text(), "float64[N,C]");
  graph->erase_output(0);
  for (Value* v : found) graph->add_output(v);
  const Tensor x = noise({2, 3}, 1);
  const Tensor w = noise({3, 4}, 2);
  for (const std::int64_t k : {1, 4}) {  // b broadcasts, or not
    const auto got = interpret(*graph, op_registry(), {x, w, noise({k}, 3)});
    EXPECT_EQ(got[0].shape(), (Shape{2, 3}));
    EXPECT_EQ(got[1].shape(), (Shape{3, 4}));
    EXPECT_EQ(got[2].shape(), (Shape{k}));
  }
}

TEST(Gradients, SeedsIntermediateValuesAndZeros) {
  const auto graph = parse_graph(R"(
    input x: float64[2]
    input seed: float64[2]
    input apart: float64[3]
    const c: float64[2] = [10, 100]
    a = Mul(x, c)
    y = Mul(a, a)
    z = Neg(apart)
    output y)");
  Value* y = graph->find("y");
  const auto found =
      gradients(*graph, op_registry(), y,
                {graph->find("x"), graph->find("a"), graph->find("c"), graph->find("apart"), y},
                graph->find("seed"));
  graph->erase_output(0);
  for (Value* v : found) graph->add_output(v);
  const auto got = run(
      *graph, {Tensor::of<double>({2}, {1, 2}), Tensor::of<double>({2}, {1, 0.5}), noise({3}, 1)});
  // a = 10, 200; da = 2 a seed; dx = da c; dc = da x.
  EXPECT_EQ(got, (std::vector<double>{200, 20000, 20, 200, 20, 400, 0, 0, 0, 1, 0.5}));
}

TEST(Gradients, NothingFlowsThroughIntegersAndBooleans) {
  const auto graph = parse_graph(R"(
    input x: float64[3]
    i = ArgMax(x) {axis = 0}
    f = Cast(i) {to = 11}
    p = Greater(x, f)
    q = Cast(p) {to = 11}
    r = Add(q, f)
    s = Add(r, x)
    y = ReduceSum(s) {keepdims = 0}
    output y)");
  const auto found = gradients(*graph, op_registry(), graph->find("y"), {graph->find("x")});
  graph->erase_output(0);
  graph->add_output(found[0]);
  EXPECT_EQ(run(*graph, {noise({3}, 1)}), (std::vector<double>{1, 1, 1}));
}

TEST(Gradients, EveryOperatorWithoutGradientIsNamed) {
  const auto graph = parse_graph(R"(
    input x: float64[3]
    input c: bool[]
    a = Hardmax(x) @first
    b = com.acme::Foo(a) @second
    d = If(c) {then_branch = graph {v = Neg(b) output v}, else_branch = graph {v = Exp(b) output v}} @third
    e = com.acme::Bar(x) @aside
    s = Add(d, x) @fine
    y = ReduceSum(s) {keepdims = 0}
    output y
    output e)");
  for (const char* made : {"b", "d", "s"}) {
    graph->find(made)->set_type(ValueType(dtype_of(ElementKind::f64), SymShape{3}));
  }
  const auto lacking =
      nodes_without_gradient(*graph, op_registry(), graph->find("y"), {graph->find("x")});
  ASSERT_EQ(lacking.size(), 3U);
  try {
    gradients(*graph, op_registry(), graph->find("y"), {graph->find("x")});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::unsupported);
    const std::string text = error.what();
    for (const char* name : {"first", "second", "third"}) {
      EXPECT_NE(text.find(name), std::string::npos) << text;
    }
    for (const char* name : {"aside", "fine"}) {
      EXPECT_EQ(text.find(name), std::string::npos) << text;
    }
  }
}

TEST(Gradients, WhatHasNoGradientIsRefused) {
  const auto fault = [](const char* text, const char* loss, const char* wrt) {
    const auto graph = parse_graph(text);
    try {
      gradients(*graph, op_registry(), graph->find(loss), {graph->find(wrt)});
    } catch (const Error& error) {
      return error.fault();
    }
    return Fault::internal;
  };
  const char* text = R"(
    input x: float64[3]
    input i: int64[3]
    y = Neg(x)
    s = ReduceSum(y) {keepdims = 0}
    k = ArgMax(x) {axis = 0}
    output s
    output k)";
  EXPECT_EQ(fault(text, "y", "x"), Fault::usage);  // three elements
  EXPECT_EQ(fault(text, "k", "x"), Fault::usage);  // an integer
  EXPECT_EQ(fault(text, "s", "i"), Fault::usage);
}

TEST(Gradients, SecondDerivativesAreGradientsOfGradients) {
  const auto graph = parse_graph(R"(
    input x: float64[]
    c = Mul(x, x)
    y = Mul(c, x)
    output y)");
  Value* x = graph->find("x");
  Value* first = gradients(*graph, op_registry(), graph->find("y"), {x})[0];
  Value* second = gradients(*graph, op_registry(), first, {x})[0];
  graph->erase_output(0);
  graph->add_output(first);
  graph->add_output(second);
  EXPECT_EQ(run(*graph, {Tensor::scalar<double>(2)}), (std::vector<double>{12, 12}));
}

}  // namespace
}  // namespace pare
