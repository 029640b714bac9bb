#include <functional>
#include <map>

#include "runtime/check.hpp"
#include "runtime/plan.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

Error error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& e) {
    return e;
  }
  return Error(Fault::internal, "nothing was thrown");
}

TEST(Session, ListsEveryUnknownOperatorAtOnce) {
  Builder b;
  Value* x = b.input("x", {2});
  Value* y = b.graph.add_node({.op = "Foo", .inputs = {x}, .domain = "com.acme"})->output();
  b.graph.add_output(b.node("Bar", {y}));
  const Error e = error_of([&] { Session::create(b.graph, op_registry(), {}); });
  EXPECT_EQ(e.fault(), Fault::unsupported);
  EXPECT_NE(e.message().find("Foo"), std::string::npos);
  EXPECT_NE(e.message().find("Bar"), std::string::npos);
}

TEST(Session, ChecksTypesShapesAndSymbolsOfInputs) {
  Builder b;
  const SymShape shape = {Dim::symbol("N"), Dim(3)};
  Value* x = b.graph.add_input("x", ValueType(dtype_of(ElementKind::f32), shape));
  Value* y = b.graph.add_input("y", ValueType(dtype_of(ElementKind::f32), shape));
  b.graph.add_output(b.node("Add", {x, y}));
  const auto s = Session::create(b.graph, op_registry(), {});
  const Tensor two = b.random({2, 3});
  EXPECT_EQ(s->run({two, two})[0].shape(), (Shape{2, 3}));
  const std::vector<std::vector<Tensor>> wrong = {{two},
                                                  {two, Tensor()},
                                                  {two, b.random({2, 4})},
                                                  {two, b.random({2})},
                                                  {two, b.random({5, 3})},
                                                  {two, Tensor(ElementKind::i32, {2, 3})}};
  for (const auto& inputs : wrong) {
    EXPECT_EQ(error_of([&] { s->run(inputs); }).fault(), Fault::usage);
  }
  EXPECT_EQ(s->run({two, two})[0].shape(), (Shape{2, 3}));
}

TEST(Session, PlansAnewForEachShapeAndKeepsResults) {
  Builder b;
  const SymShape shape = {Dim::symbol("N"), Dim(4), Dim::symbol("H"), Dim::symbol("W")};
  Value* x = b.graph.add_input("x", ValueType(dtype_of(ElementKind::f32), shape));
  Value* y = b.node("Relu", {b.node("Conv", {x, b.weights({6, 4, 3, 3})})});
  b.graph.add_output(b.node("GlobalAveragePool", {y}));
  b.graph.add_output(y);
  const auto s = Session::create(b.graph, op_registry(), {});
  std::vector<std::vector<Tensor>> results;
  std::vector<Tensor> inputs;
  for (int round = 0; round < 3; ++round) {
    for (const std::int64_t side : {5, 8, 11}) {
      inputs.push_back(b.random({1 + side % 2, 4, side, side + 1}));
      results.push_back(s->run({inputs.back()}));
    }
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Compared c;
    c.fast = results[i];
    c.meaning = interpret(b.graph, op_registry(), {inputs[i]});
    expect_close(c);
  }
}

TEST(Session, ObserverSeesEveryNamedValueAndNothingElse) {
  Builder b;
  Value* x = b.input("x", {1, 4, 6, 6});
  Value* conv = b.node("Conv", {x, b.weights({8, 4, 3, 3})});
  Value* y = b.node("Relu", {conv});
  Value* flat = b.node("Flatten", {y});
  b.graph.add_output(b.node("Sigmoid", {flat}));
  const Tensor in = b.random({1, 4, 6, 6});
  std::map<std::string, Tensor> seen;
  SessionOptions options;
  options.observe = {x->name(), conv->name(), y->name(), flat->name()};
  options.observer = [&](const std::string& name, const Tensor& t) {
    EXPECT_TRUE(seen.emplace(name, t).second) << name << " twice";
  };
  const std::vector<Tensor> out = Session::create(b.graph, op_registry(), options)->run({in});
  EXPECT_EQ(seen.size(), 4U);
  Graph& g = b.graph;
  for (Value* v : {conv, y, flat}) g.add_output(v);
  const std::vector<Tensor> all = interpret(g, op_registry(), {in});
  Compared c;
  c.fast = {out[0], seen[conv->name()], seen[y->name()], seen[flat->name()]};
  c.meaning = all;
  expect_close(c);
  EXPECT_TRUE(identical(seen[x->name()], in));
}

TEST(Session, AnUnknownObservedNameIsAnError) {
  Builder b;
  b.graph.add_output(b.node("Relu", {b.input("x", {2})}));
  SessionOptions options;
  options.observe = {"nowhere"};
  EXPECT_EQ(error_of([&] { Session::create(b.graph, op_registry(), options); }).fault(),
            Fault::usage);
}

TEST(Session, ReferenceOnlyGivesTheBitsOfTheInterpreter) {
  Builder b;
  Value* x = b.input("x", {1, 4, 6, 6});
  Value* y = b.node("Relu", {b.node("Conv", {x, b.weights({8, 4, 3, 3})})});
  b.graph.add_output(b.node("Softmax", {b.node("Flatten", {y})}));
  SessionOptions options;
  options.reference_only = true;
  const Compared r = run_both(b.graph, {b.random({1, 4, 6, 6})}, options);
  EXPECT_TRUE(identical(r.fast[0], r.meaning[0]));
  for (const StepInfo& s : r.steps) EXPECT_EQ(s.kernel, "reference");
}

TEST(Session, ProfilesEachStepWhileOn) {
  Builder b;
  Value* x = b.input("x", {1, 8, 16, 16});
  b.graph.add_output(b.node("Conv", {x, b.weights({8, 8, 3, 3})}));
  const auto s = Session::create(b.graph, op_registry(), {});
  const Tensor in = b.random({1, 8, 16, 16});
  s->run({in});
  for (const StepInfo& i : s->steps()) EXPECT_EQ(i.runs, 0);
  s->set_profiling(true);
  s->run({in});
  s->run({in});
  double macs = 0;
  for (const StepInfo& i : s->steps()) {
    EXPECT_EQ(i.runs, 2);
    EXPECT_GT(i.mean_ms, 0);
    macs += i.cost.macs;
  }
  EXPECT_EQ(macs, 8.0 * 8 * 9 * 14 * 14);
}

TEST(Session, BranchesReadValuesAroundThem) {
  Builder b;
  Value* x = b.input("x", {2, 3});
  Value* go = b.input("go", {}, ElementKind::boolean);
  Value* y = b.node("Relu", {x});
  const auto body = [&](const std::string& op) {
    auto g = Graph::make_body(b.graph);
    g->add_output(g->add_node({.op = op, .inputs = {y}})->output());
    return g;
  };
  Value* r = b.node("If", {go}, {{"then_branch", body("Exp")}, {"else_branch", body("Neg")}});
  b.graph.add_output(b.node("Sigmoid", {r}));
  for (const bool taken : {true, false}) {
    expect_close(run_both(b.graph, {b.random({2, 3}), Tensor::scalar(taken)}));
  }
}

TEST(Session, ShapesThatDependOnDataFollowTheRun) {
  Builder b;
  Value* x = b.input("x", {4});
  Value* n = b.input("n", {1}, ElementKind::i64);
  Value* y =
      b.node("Expand", {x, b.node("Concat", {n, b.constant(Tensor::of<std::int64_t>({1}, {4}))},
                                  {{"axis", std::int64_t{0}}})});
  b.graph.add_output(b.node("Relu", {y}));
  for (const std::int64_t rows : {1, 3, 2}) {
    const Compared r = run_both(b.graph, {b.random({4}), Tensor::of<std::int64_t>({1}, {rows})});
    EXPECT_EQ(r.fast[0].shape(), (Shape{rows, 4}));
    expect_close(r);
  }
}

TEST(Session, GraphsWithoutNodesAndRepeatedOutputs) {
  Builder b;
  Value* x = b.input("x", {3});
  Value* y = b.node("Relu", {x});
  b.graph.add_output(x);
  b.graph.add_output(y);
  b.graph.add_output(y);
  b.graph.add_output(b.weights({2}));
  expect_close(run_both(b.graph, {b.random({3})}));
}

TEST(Session, InputsAreNeverOverwritten) {
  Builder b;
  Value* x = b.input("x", {1, 8, 5, 5});
  b.graph.add_output(
      b.node("Relu", {b.node("Reshape", {x, b.constant(Tensor::of<std::int64_t>({2}, {8, 25}))})}));
  const Tensor in = b.random({1, 8, 5, 5});
  const Tensor copy = in.clone();
  const auto s = Session::create(b.graph, op_registry(), {});
  const Tensor first = s->run({in})[0];
  EXPECT_TRUE(identical(in, copy));
  const Tensor kept = first.clone();
  s->run({b.random({1, 8, 5, 5})});
  EXPECT_TRUE(identical(first, kept));
}

/// Random chains of operators with values read again much later.
TEST(Session, RandomGraphsAgreeAndTheirMemoryDoesNotOverlap) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Builder b(seed);
    Rng pick(seed, 9);
    const Shape shape = {1, 8, 5, 6};
    std::vector<Value*> values = {b.input("x", shape)};
    for (int i = 0; i < 14; ++i) {
      Value* a = values[pick.below(values.size())];
      Value* c = values[pick.below(values.size())];
      switch (pick.below(7)) {
        case 0: values.push_back(b.node("Relu", {a})); break;
        case 1: values.push_back(b.node("Add", {a, c})); break;
        case 2: values.push_back(b.node("Mul", {a, b.node("Sigmoid", {a})})); break;
        case 3: values.push_back(b.node("Conv", {a, b.weights({8, 8, 1, 1})})); break;
        case 4:
          values.push_back(b.node("Transpose",
                                  {b.node("Transpose", {a}, {{"perm", Ints{0, 2, 3, 1}}})},
                                  {{"perm", Ints{0, 3, 1, 2}}}));
          break;
        case 5: values.push_back(b.fake(a, 0.05F, 128, ElementKind::u8)); break;
        default: values.push_back(b.node("Identity", {a})); break;
      }
    }
    b.graph.add_output(values.back());
    b.graph.add_output(values[pick.below(values.size())]);
    const Tensor in = b.random(shape, 2);
    const SessionOptions options;
    const auto plan = make_plan(prepare_graph(b.graph.clone(), op_registry(), {{"x", shape}}, {}),
                                op_registry(), options);
    EXPECT_TRUE(plan->arena_is_disjoint());
    const Compared r = run_both(b.graph, {in});
    for (std::size_t o = 0; o < r.fast.size(); ++o) {
      const auto fast = r.fast[o].to_doubles();
      const auto meaning = r.meaning[o].to_doubles();
      double peak = 0.05;  // one step of the codes: a sum may fall on the other side of a tie
      for (const double x : meaning) peak = std::max(peak, std::abs(x));
      double square = 0;
      for (std::size_t i = 0; i < fast.size(); ++i) {
        const double d = fast[i] - meaning[i];
        ASSERT_LE(std::abs(d), 0.3 * peak) << "seed " << seed << " " << r.kernels();
        square += d * d;
      }
      EXPECT_LE(std::sqrt(square / static_cast<double>(fast.size())), 0.01 * peak)
          << "seed " << seed << " " << r.kernels();
    }
  }
}

}  // namespace
}  // namespace pare
