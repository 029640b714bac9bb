// Symbols that go through the operators of shape arithmetic: the values of small integer tensors
// as expressions of the sizes N and M, and what they say about shapes behind them.

#include "ops/elementwise.hpp"

namespace pare {
namespace {

/// A graph whose values are lists of expressions.
class Arithmetic {
 public:
  /// The sizes of a tensor, such as {N, 3}.
  Value* sizes(const SymShape& shape) {
    Value* x = graph_.add_input(cat("x", count_++), typed(ElementKind::f32, shape));
    return op("Shape", {x});
  }
  Value* list(const Shape& values) { return graph_.add_constant(ints(values), cat("c", count_++)); }
  Value* number(std::int64_t v) {
    return graph_.add_constant(Tensor::scalar<std::int64_t>(v), cat("c", count_++));
  }
  Value* op(const std::string& name, const std::vector<Value*>& inputs,
            const Attributes& attributes = {}, std::size_t outputs = 1) {
    NodeSpec spec{.op = name, .inputs = inputs};
    spec.attributes = attributes;
    spec.output_names.resize(outputs);
    return graph_.add_node(spec)->output();
  }
  /// "[N,3]", or "unknown".
  std::string values(const Value* v) {
    const auto facts = infer_shapes(graph_, op_registry());
    const auto& elements = facts.at(v).elements;
    return elements ? to_string(*elements) : "unknown";
  }
  std::string shape(const Value* v) {
    infer_shapes(graph_, op_registry());
    return v->type().shape ? to_string(*v->type().shape) : "unknown";
  }
  Graph& graph() { return graph_; }

 private:
  Graph graph_;
  int count_ = 0;
};

const Dim kN = Dim::symbol("N");
const Dim kM = Dim::symbol("M");

TEST(ShapeArithmetic, ListsAreCutJoinedAndRepeated) {
  Arithmetic a;
  Value* s = a.sizes({kN, 3, kM});
  EXPECT_EQ(a.values(s), "[N,3,M]");
  EXPECT_EQ(a.values(a.op("Gather", {s, a.list({-1, 0})})), "[M,N]");
  EXPECT_EQ(a.values(a.op("Slice", {s, a.list({1}), a.list({3})})), "[3,M]");
  EXPECT_EQ(a.values(a.op("Concat", {s, a.list({7})}, {{"axis", Int{0}}})), "[N,3,M,7]");
  Value* n = a.op("Gather", {s, a.number(0)});
  EXPECT_EQ(a.values(n), "[N]");
  EXPECT_EQ(a.values(a.op("Unsqueeze", {n, a.list({0})})), "[N]");
  EXPECT_EQ(a.values(a.op("Squeeze", {a.op("Unsqueeze", {n, a.list({0})}), a.list({0})})), "[N]");
  EXPECT_EQ(a.values(a.op("Reshape", {n, a.list({1})})), "[N]");
  EXPECT_EQ(a.values(a.op("Expand", {n, a.list({3})})), "[N,N,N]");
  EXPECT_EQ(a.values(a.op("Expand", {s, a.list({1})})), "[N,3,M]");
  EXPECT_EQ(a.values(a.op("Expand", {n, s})), "unknown");
  EXPECT_EQ(a.values(a.op("Tile", {s, a.list({2})})), "[N,3,M,N,3,M]");
  EXPECT_EQ(a.values(a.op("Identity", {s})), "[N,3,M]");
}

TEST(ShapeArithmetic, ListsAreSplit) {
  Arithmetic a;
  Value* s = a.sizes({kN, 3, kM});
  const Node* parts = a.op("Split", {s, a.list({1, 2})}, {}, 2)->producer();
  EXPECT_EQ(a.values(parts->output(0)), "[N]");
  EXPECT_EQ(a.values(parts->output(1)), "[3,M]");
  const Node* equal = a.op("Split", {s}, {{"num_outputs", Int{2}}}, 2)->producer();
  EXPECT_EQ(a.values(equal->output(0)), "[N,3]");
  EXPECT_EQ(a.values(equal->output(1)), "[M]");
}

TEST(ShapeArithmetic, EqualPartsOfASymbolicSize) {
  Arithmetic a;
  Value* x = a.graph().add_input("x", typed(ElementKind::f32, {Dim(6) * kN, kM}));
  EXPECT_EQ(a.shape(a.op("Split", {x}, {{"num_outputs", Int{3}}}, 3)), "[2*N,M]");
  EXPECT_EQ(a.shape(a.op("Split", {x}, {{"num_outputs", Int{4}}}, 4)), "[?,M]");
}

TEST(ShapeArithmetic, NumbersOfEveryKindOfSum) {
  Arithmetic a;
  Value* s = a.sizes({kN, 3});
  const auto with = [&](const char* op, std::int64_t v) {
    return a.values(a.op(op, {s, a.number(v)}));
  };
  EXPECT_EQ(with("Add", 1), "[N+1,4]");
  EXPECT_EQ(with("Sub", 1), "[N-1,2]");
  EXPECT_EQ(with("Mul", 2), "[2*N,6]");
  EXPECT_EQ(with("Div", 1), "[N,3]");
  EXPECT_EQ(with("Mod", 1), "[0,0]");
  EXPECT_EQ(a.values(a.op("Neg", {s})), "[-N,-3]");
  EXPECT_EQ(a.values(a.op("Abs", {a.op("Neg", {s})})), "[?,3]");
  EXPECT_EQ(a.values(a.op("Abs", {s})), "[N,3]");
  EXPECT_EQ(a.values(a.op("Cast", {s}, {{"to", Int{6}}})), "[N,3]");  // int32
  EXPECT_EQ(a.values(a.op("CastLike", {s, a.number(1)})), "[N,3]");
}

TEST(ShapeArithmetic, ExtremesThatDoNotDependOnTheSymbols) {
  Arithmetic a;
  Value* s = a.sizes({kN, kN + 2, 3});
  Value* n = a.op("Gather", {s, a.number(0)});
  EXPECT_EQ(a.values(a.op("Max", {s, n})), "[N,N+2,?]");
  EXPECT_EQ(a.values(a.op("Min", {s, n})), "[N,N,?]");
  EXPECT_EQ(a.values(a.op("Max", {s, a.number(0)})), "[N,N+2,3]");
  EXPECT_EQ(a.values(a.op("Max", {s, a.number(2)})), "[?,N+2,3]");
  EXPECT_EQ(a.values(a.op("Max", {a.number(1), a.number(5), a.number(4)})), "[5]");
  EXPECT_EQ(a.values(a.op("Min", {a.number(1), a.number(5), a.number(-4)})), "[-4]");
  // N - 3 may be below zero.
  EXPECT_EQ(a.values(a.op("Max", {a.op("Sub", {s, a.number(3)}), a.number(0)})), "[?,?,0]");
}

TEST(ShapeArithmetic, ListsAreReduced) {
  Arithmetic a;
  Value* s = a.sizes({kN, 3, kN + 4});
  EXPECT_EQ(a.values(a.op("ReduceProd", {a.sizes({kN, 3, kM})})), "[3*M*N]");
  EXPECT_EQ(a.values(a.op("ReduceSum", {s, a.list({0})}, {{"keepdims", Int{0}}})), "[2*N+7]");
  EXPECT_EQ(a.values(a.op("ReduceMax", {a.sizes({kN, kN + 4, 3})})), "[N+4]");
  EXPECT_EQ(a.values(a.op("ReduceMin", {s})), "[?]");
  const Attributes noop = {{"noop_with_empty_axes", Int{1}}};
  EXPECT_EQ(a.values(a.op("ReduceProd", {s}, noop)), "[N,3,N+4]");
  EXPECT_EQ(a.values(a.op("Size", {a.op("ConstantOfShape", {s})})), "[3*N*N+12*N]");
}

TEST(ShapeArithmetic, ComparisonsThatDoNotDependOnTheSymbols) {
  Arithmetic a;
  Value* s = a.sizes({kN, kN + 1, 3});
  Value* n = a.op("Gather", {s, a.number(0)});
  EXPECT_EQ(a.values(a.op("Less", {s, n})), "[0,0,?]");
  EXPECT_EQ(a.values(a.op("LessOrEqual", {s, n})), "[1,0,?]");
  EXPECT_EQ(a.values(a.op("Greater", {s, n})), "[0,1,?]");
  EXPECT_EQ(a.values(a.op("GreaterOrEqual", {s, n})), "[1,1,?]");
  EXPECT_EQ(a.values(a.op("Equal", {s, n})), "[1,0,?]");
  EXPECT_EQ(a.values(a.op("Greater", {s, a.number(0)})), "[?,1,1]");
  EXPECT_EQ(a.values(a.op("GreaterOrEqual", {s, a.number(0)})), "[1,1,1]");
  EXPECT_EQ(a.values(a.op("Less", {s, a.number(std::numeric_limits<std::int64_t>::max())})),
            "[?,?,1]");
  Value* more = a.op("Greater", {s, n});
  EXPECT_EQ(a.values(a.op("Not", {more})), "[1,0,?]");
  EXPECT_EQ(a.values(a.op("And", {more, a.op("Not", {more})})), "[0,0,?]");
  EXPECT_EQ(a.values(a.op("Or", {more, a.op("Not", {more})})), "[1,1,?]");
}

TEST(ShapeArithmetic, ChoicesByKnownComparisons) {
  Arithmetic a;
  Value* s = a.sizes({kN, 1});
  Value* none = a.op("Equal", {s, a.number(-1)});
  EXPECT_EQ(a.values(a.op("Where", {none, a.list({7, 7}), s})), "[N,1]");
  Value* yes = a.graph().add_constant(Tensor::scalar<bool>(true), "yes");
  EXPECT_EQ(a.values(a.op("Where", {yes, s, a.number(5)})), "[N,1]");
  EXPECT_EQ(a.values(a.op("Cast", {yes}, {{"to", Int{7}}})), "[1]");
  Value* x = a.graph().add_input("x", typed(ElementKind::f32, {1}));
  EXPECT_EQ(a.shape(a.op("Expand", {x, a.op("Where", {none, a.list({7, 7}), s})})), "[N,1]");
}

TEST(ShapeArithmetic, RangesOfKnownLength) {
  Arithmetic a;
  Value* n = a.op("Gather", {a.sizes({kN}), a.number(0)});
  Value* end = a.op("Add", {n, a.number(2)});
  EXPECT_EQ(a.values(a.op("Range", {n, end, a.number(1)})), "[N,N+1]");
  EXPECT_EQ(a.shape(a.op("Range", {a.number(0), n, a.number(1)})), "[N]");
}

TEST(ShapeArithmetic, ValuesThatWrapAreNotFollowed) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  Arithmetic a;
  Value* far = a.list({kMost, kMost, 1});
  EXPECT_EQ(a.values(a.op("Add", {far, a.number(1)})), "[?,?,2]");
  EXPECT_EQ(a.values(a.op("Mul", {far, a.number(3)})), "[?,?,3]");
  EXPECT_EQ(a.values(a.op("ReduceSum", {far})), "[?]");
  EXPECT_EQ(a.values(a.op("Neg", {a.list({kLeast, 2})})), "[?,-2]");
  EXPECT_EQ(a.values(a.op("Abs", {a.list({kLeast, -2})})), "[?,2]");
}

TEST(ShapeArithmetic, TheBranchThatAComparisonTakes) {
  Arithmetic a;
  const auto body = [&](std::int64_t size) {
    auto g = std::make_shared<Graph>();
    g->add_output(g->add_constant(Tensor(ElementKind::f32, {size}), "t"));
    return g;
  };
  Value* s = a.sizes({kN, 3});
  Value* three = a.op("Gather", {s, a.number(1)});
  const Attributes bodies = {{"then_branch", body(4)}, {"else_branch", body(5)}};
  EXPECT_EQ(a.shape(a.op("If", {a.op("Equal", {three, a.number(3)})}, bodies)), "[4]");
  EXPECT_EQ(a.shape(a.op("If", {a.op("Less", {three, a.number(3)})}, bodies)), "[5]");
  Value* open = a.op("Gather", {s, a.number(0)});
  EXPECT_EQ(a.shape(a.op("If", {a.op("Equal", {open, a.number(3)})}, bodies)), "[?]");
}

}  // namespace
}  // namespace pare
