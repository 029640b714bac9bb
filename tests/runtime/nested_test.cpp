#include "runtime/nested.hpp"

#include <algorithm>

#include "ir/text.hpp"
#include "runtime/check.hpp"
#include "runtime/plan.hpp"

namespace pare {
namespace {

Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::of<float>(std::move(shape), values);
}

void expect_near(const RuntimeValue& got, const RuntimeValue& want) {
  ASSERT_EQ(got.is_tensor(), want.is_tensor());
  if (!got.is_tensor()) {
    ASSERT_EQ(got.elements().size(), want.elements().size());
    for (std::size_t i = 0; i < got.elements().size(); ++i) {
      expect_near(got.elements()[i], want.elements()[i]);
    }
    return;
  }
  ASSERT_EQ(got.tensor().shape(), want.tensor().shape());
  const auto a = got.tensor().to_floats();
  const auto b = want.tensor().to_floats();
  // Sums of a few dozen terms in another order.
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5 * (1 + std::abs(b[i])));
}

/// Both ways of running give the same, for each of the inputs in turn by one session.
std::unique_ptr<Session> expect_as_reference(Graph& graph,
                                             const std::vector<std::vector<Tensor>>& inputs) {
  infer_shapes(graph, op_registry());
  auto session = Session::create(graph, op_registry(), {});
  for (const auto& given : inputs) {
    const auto got = session->run_values(values_of(given));
    const auto want = interpret_values(graph, op_registry(), values_of(given));
    EXPECT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) expect_near(got[i], want[i]);
  }
  return session;
}

std::vector<std::string> kernels_of(const Session& session, const std::string& op) {
  std::vector<std::string> out;
  for (const StepInfo& s : session.steps()) {
    if (s.op == op) out.push_back(s.kernel);
  }
  return out;
}

/// A product behind rows whose number depends on data.
constexpr const char* kRowsThatCount = R"(
input x: float32[6,4]
input keep: bool[6]
const w: float32[4,5] = rand(3)
const v: float32[5,3] = rand(4)
h = Relu(x)
some = Compress(h, keep) {axis = 0}
a = MatMul(some, w)
b = Relu(a)
y = MatMul(b, v)
n = Shape(y)
output y
output n
output h
)";

Tensor flags(std::vector<int> keep) {
  Tensor t(ElementKind::boolean, {static_cast<std::int64_t>(keep.size())});
  for (std::size_t i = 0; i < keep.size(); ++i) t.mutable_data<bool>()[i] = keep[i] != 0;
  return t;
}

TEST(Nested, WhatLiesBehindADataDependentSizeRunsOnFastKernels) {
  const auto graph = parse_graph(kRowsThatCount);
  Builder b;
  const Tensor x = b.random({6, 4});
  const auto session = expect_as_reference(*graph, {{x, flags({1, 0, 1, 1, 0, 0})},
                                                    {x, flags({1, 1, 1, 1, 1, 1})},
                                                    {x, flags({1, 0, 1, 1, 0, 0})}});
  const auto products = kernels_of(*session, "MatMul");
  ASSERT_EQ(products.size(), 2U);
  for (const std::string& k : products) EXPECT_NE(k, "reference");
  EXPECT_EQ(kernels_of(*session, "Compress"), std::vector<std::string>{"reference"});
}

TEST(Nested, NothingMayBeLeftOver) {
  const auto graph = parse_graph(kRowsThatCount);
  Builder b;
  expect_as_reference(*graph, {{b.random({6, 4}), flags({0, 0, 0, 0, 0, 0})}});
}

TEST(Nested, SizesMayDependOnSizesThatDependOnData) {
  const auto graph = parse_graph(R"(
input x: float32[4,8]
const w: float32[8,8] = rand(3)
const first: int64[1] = [0]
const second: int64[1] = [1]
const flat: int64[1] = [-1]
h = Relu(x)
p = NonZero(h)
rows = Slice(p, first, second)
index = Reshape(rows, flat)
some = Gather(x, index)
m = MatMul(some, w)
r = Relu(m)
q = NonZero(r)
n = Shape(q)
output m
output n
output q
)");
  Builder b;
  expect_as_reference(*graph, {{b.random({4, 8})}, {b.random({4, 8})}, {b.random({4, 8})}});
}

TEST(Nested, ValuesBehindADataDependentSizeAreObserved) {
  const auto graph = parse_graph(kRowsThatCount);
  Builder b;
  const std::vector<Tensor> inputs = {b.random({6, 4}), flags({0, 1, 0, 0, 0, 1})};
  SessionOptions options;
  std::map<std::string, Shape> seen;
  options.observe = {"h", "a", "y"};
  options.observer = [&](const std::string& name, const Tensor& t) { seen[name] = t.shape(); };
  Session::create(*graph, op_registry(), options)->run(inputs);
  EXPECT_EQ(seen, (std::map<std::string, Shape>{{"h", {6, 4}}, {"a", {2, 5}}, {"y", {2, 3}}}));
}

TEST(Nested, BodiesReadWhatLiesOutside) {
  const auto graph = parse_graph(R"(
input x: float32[3,4]
input n: int64[]
const w: float32[4,4] = rand(5)
const go: bool[] = [1]
scaled = Relu(x)
y, all = Loop(n, go, x) {body = graph {
  input i: int64[]
  input c: bool[]
  input h: float32[3,4]
  m = MatMul(h, w)
  s = Add(m, scaled)
  t = Tanh(s)
  k = Identity(c)
  output k
  output t
  output s
}}
output y
output all
)");
  Builder b;
  const Tensor x = b.random({3, 4});
  const auto trips = [](std::int64_t n) { return Tensor::scalar<std::int64_t>(n); };
  expect_as_reference(*graph, {{x, trips(3)}, {x, trips(1)}, {x, trips(0)}, {x, trips(3)}});
}

TEST(Nested, BodiesInBodiesReadThroughBoth) {
  const auto graph = parse_graph(R"(
input x: float32[2,2]
input up: bool[]
input n: int64[]
const w: float32[2,2] = [1, 2, 3, 4]
const one: float32[] = [1]
const go: bool[] = [1]
y = If(up) {then_branch = graph {
  r = Loop(n, go, x) {body = graph {
    input i: int64[]
    input c: bool[]
    input h: float32[2,2]
    m = MatMul(h, w)
    t = Add(m, x)
    k = Identity(c)
    output k
    output t
  }}
  output r
}, else_branch = graph {
  d = Sub(x, one)
  output d
}}
output y
)");
  const auto yes = [](bool v) { return Tensor::scalar<bool>(v); };
  const Tensor n = Tensor::scalar<std::int64_t>(2);
  const Tensor x = floats({2, 2}, {1, -1, 0.5F, 2});
  expect_as_reference(*graph, {{x, yes(true), n}, {x, yes(false), n}, {x, yes(true), n}});
}

TEST(Nested, CarriedValuesMayGrow) {
  const auto graph = parse_graph(R"(
input x: float32[N,2]
input n: int64[]
const go: bool[] = [1]
y = Loop(n, go, x) {body = graph {
  input i: int64[]
  input c: bool[]
  input h: float32[M,2]
  t = Concat(h, x) {axis = 0}
  k = Identity(c)
  output k
  output t
}}
z = Relu(y)
output z
)");
  const Tensor x = floats({1, 2}, {1, -2});
  const Tensor n = Tensor::scalar<std::int64_t>(4);
  expect_as_reference(*graph, {{x, n}, {x, n}});
}

TEST(Extract, TakesConstantsAlongAndNamesWhatItReads) {
  const auto graph = parse_graph(R"(
input x: float32[2]
const c: float32[2] = [1, 2]
a = Add(x, c)
b = Mul(a, c)
d = Relu(b)
output d
)");
  const std::vector<Node*> nodes = graph->nodes();
  const Extract part = extract_nodes({nodes[1], nodes[2]}, {graph->find("d"), graph->find("b")});
  EXPECT_EQ(part.captured, std::vector<const Value*>{graph->find("a")});
  EXPECT_TRUE(verify(*part.graph, op_registry()).empty());
  const auto got = interpret(*part.graph, op_registry(), {floats({2}, {-1, 3})});
  EXPECT_EQ(got.at(0).to_floats(), (std::vector<float>{0, 6}));
  EXPECT_EQ(got.at(1).to_floats(), (std::vector<float>{-1, 6}));
}

TEST(NestedGraph, InterpretsSmallGraphsUntilAShapeComesAgain) {
  const auto graph = parse_graph("input x: float32[N]\ny = Relu(x)\noutput y\n");
  Extract part;
  part.graph = graph->clone();
  NestedGraph nested(std::move(part), op_registry(), {});
  nested.run({floats({2}, {-1, 1})});
  EXPECT_TRUE(nested.steps().empty());
  EXPECT_EQ(nested.run({floats({3}, {-1, 1, 2})}).at(0).tensor().to_floats(),
            (std::vector<float>{0, 1, 2}));
  EXPECT_TRUE(nested.steps().empty());
  EXPECT_EQ(nested.run({floats({2}, {-1, 1})}).at(0).tensor().to_floats(),
            (std::vector<float>{0, 1}));
  EXPECT_EQ(nested.steps().size(), 1U);
}

TEST(NestedGraph, CallsWhatTheModelDoesWrongCorrupt) {
  const auto graph = parse_graph("input x: float32[2,2]\ny = MatMul(x, x)\noutput y\n");
  Extract part;
  part.graph = graph->clone();
  NestedGraph nested(std::move(part), op_registry(), {});
  try {
    nested.run({floats({3}, {-1, 1, 2})});
    FAIL() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::corrupt);
  }
}

}  // namespace
}  // namespace pare
