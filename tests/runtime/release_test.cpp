// Weights that leave memory when they are packed: gone when nothing needs them, there for all who
// do.

#include <map>

#include "runtime/check.hpp"

namespace pare {
namespace {

/// A constant whose data tells whether it is still held by anyone.
struct Watched {
  std::weak_ptr<const void> alive;
  Tensor tensor;
};

Watched watched(const Tensor& t) {
  const auto owner = std::make_shared<Tensor>(t.clone());
  return {owner, Tensor(t.type(), t.shape(), owner->bytes(), owner)};
}

/// Makes the same graph each time and counts how often.
class Source {
 public:
  explicit Source(std::function<void(Builder&)> fill) : fill_(std::move(fill)) {}

  std::unique_ptr<Graph> make() {
    ++made;
    Builder b(5);
    fill_(b);
    return b.graph.clone();
  }
  std::unique_ptr<Session> session() {
    return Session::create(make(), op_registry(), {}, [this] { return make(); });
  }
  std::vector<Tensor> meaning(const std::vector<Tensor>& inputs) {
    Builder b(5);
    fill_(b);
    return interpret(b.graph, op_registry(), inputs);
  }
  void expect_runs(Session& session, const std::vector<Tensor>& inputs) {
    Compared c;
    c.fast = session.run(inputs);
    c.meaning = meaning(inputs);
    expect_close(c, 256);
  }

  int made = 0;

 private:
  std::function<void(Builder&)> fill_;
};

Value* rows(Builder& b, std::int64_t width) {
  return b.graph.add_input(
      "x", ValueType(dtype_of(ElementKind::f32), SymShape{Dim::symbol("N"), Dim(width)}));
}

TEST(ReleasedWeights, LeaveWhenTheyArePackedAndComeBackForOtherShapes) {
  std::weak_ptr<const void> alive;
  Source source([&](Builder& b) {
    Watched w = watched(b.random({192, 160}));
    alive = w.alive;
    b.graph.add_output(b.node("MatMul", {rows(b, 192), b.constant(w.tensor)}));
  });
  Builder b;
  const auto session = source.session();
  EXPECT_FALSE(alive.expired());
  source.expect_runs(*session, {b.random({24, 192})});
  EXPECT_EQ(source.made, 1);
  EXPECT_TRUE(alive.expired());
  source.expect_runs(*session, {b.random({24, 192})});
  EXPECT_EQ(source.made, 1);
  source.expect_runs(*session, {b.random({5, 192})});  // another plan: read again, and kept
  EXPECT_EQ(source.made, 2);
  source.expect_runs(*session, {b.random({7, 192})});
  source.expect_runs(*session, {b.random({24, 192})});
  EXPECT_EQ(source.made, 2);
}

TEST(ReleasedWeights, OfIntegerProductsLeaveToo) {
  std::weak_ptr<const void> alive;
  Source source([&](Builder& b) {
    Tensor codes(ElementKind::i8, {512, 256});
    Rng rng(3);
    for (auto& x : codes.mutable_data<std::int8_t>()) {
      x = static_cast<std::int8_t>(rng.below(255));
    }
    Watched w = watched(codes);
    alive = w.alive;
    Value* weights = b.dequantize(b.constant(w.tensor), 0.01F, 0, ElementKind::i8);
    Value* x = b.fake(rows(b, 512), 0.02F, 3, ElementKind::u8);
    b.graph.add_output(b.quantize(b.node("MatMul", {x, weights}), 0.5F, 128, ElementKind::u8));
  });
  Builder b;
  const auto session = source.session();
  Compared c;
  const Tensor in = b.random({16, 512});
  c.fast = session->run({in});
  c.meaning = source.meaning({in});
  expect_steps(c);
  EXPECT_TRUE(alive.expired());
}

TEST(ReleasedWeights, StayForEveryReader) {
  Source source([](Builder& b) {
    Value* x = rows(b, 160);
    Value* shared = b.weights({160, 160});
    Value* first = b.node("Relu", {b.node("MatMul", {x, shared})});
    // Once more later, through operators that planning sees through, and as a value that is added.
    Value* turned = b.node("Transpose", {shared}, {{"perm", std::vector<std::int64_t>{1, 0}}});
    Value* second = b.node("MatMul", {first, turned});
    Value* decoded = b.int8_weights({160, 160}, std::vector<float>(160, 0.01F), 1);
    Value* third = b.node("MatMul", {b.node("MatMul", {second, decoded}), decoded});
    b.graph.add_output(b.node("MatMul", {third, shared}));
    b.graph.add_output(shared);
  });
  Builder b;
  const auto session = source.session();
  source.expect_runs(*session, {b.random({9, 160})});
  source.expect_runs(*session, {b.random({10, 160})});
}

TEST(ReleasedWeights, StayForBodiesAndForSizesThatDependOnData) {
  Source source([](Builder& b) {
    Value* x = rows(b, 160);
    Value* shared = b.weights({160, 160});
    Value* product = b.node("MatMul", {x, shared});
    const auto body = [&](const char* op) {
      auto g = Graph::make_body(b.graph);
      g->add_output(g->add_node({.op = op, .inputs = {product, shared}})->output());
      return g;
    };
    Value* flag =
        b.node("Greater", {b.node("ReduceSum", {x}, {{"keepdims", std::int64_t{0}}}), b.scalar(0)});
    Value* chosen = b.graph
                        .add_node({.op = "If",
                                   .inputs = {flag},
                                   .attributes = {{"then_branch", body("MatMul")},
                                                  {"else_branch", body("MatMul")}}})
                        ->output();
    Value* kept = b.node(
        "Compress",
        {chosen, b.node("Cast",
                        {b.node("ReduceMax", {x, b.constant(Tensor::of<std::int64_t>({1}, {1}))},
                                {{"keepdims", std::int64_t{0}}})},
                        {{"to", std::int64_t{9}}})},
        {{"axis", std::int64_t{0}}});
    b.graph.add_output(b.node("MatMul", {kept, shared}));
  });
  Builder b;
  const auto session = source.session();
  source.expect_runs(*session, {b.random({6, 160})});
}

TEST(ReleasedWeights, AFailureToReadAgainIsToldAndNotTheEnd) {
  bool broken = true;
  const auto make = [&]() -> std::unique_ptr<Graph> {
    Builder b(5);
    b.graph.add_output(b.node("MatMul", {rows(b, 160), b.weights({160, 160})}));
    return b.graph.clone();
  };
  const auto session = Session::create(make(), op_registry(), {}, [&] {
    if (broken) throw Error(Fault::io, "the file is gone");
    return make();
  });
  Builder b;
  const Tensor four = b.random({4, 160});
  const Tensor want = session->run({four})[0];
  try {
    session->run({b.random({3, 160})});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::io);
  }
  EXPECT_TRUE(identical(session->run({four})[0], want));
  broken = false;
  EXPECT_EQ(session->run({b.random({3, 160})})[0].shape(), (Shape{3, 160}));
}

}  // namespace
}  // namespace pare
