#include "ops/attention_oracle.hpp"

namespace pare {
namespace {

constexpr const char* kPreview = "ai.onnx.preview";

const Tensor kQ = noise({2, 4, 3, 5}, 1);
const Tensor kK = noise({2, 2, 6, 5}, 2);
const Tensor kV = noise({2, 2, 6, 2}, 3);

AttentionCase plain() {
  AttentionCase c{.batch = 2, .heads = 4, .shared = 2, .queries = 3, .keys = 6, .size = 5};
  c.value_size = 2;
  c.q = of_heads(kQ);
  c.k = of_heads(kK);
  c.v = of_heads(kV);
  c.scale = 1 / std::sqrt(5.0);
  return c;
}

/// A body x -> op(x, operand).
std::shared_ptr<Graph> body(Graph& outer, const char* op, const Tensor& operand) {
  auto made = Graph::make_body(outer);
  Value* x = made->add_input("x", ValueType(operand.type()));
  Node* node = made->add_node({.op = op, .inputs = {x, made->add_constant(operand, "c")}});
  made->add_output(node->output());
  return made;
}

struct Flex {
  OneNode one;
  explicit Flex(const std::vector<Tensor>& inputs, const Attributes& attributes = {})
      : one("FlexAttention", inputs, attributes, 1, kPreview) {}
  void set(const char* name, const char* op, const Tensor& operand) {
    one.node->set_attribute(name, body(one.graph, op, operand));
  }
  Tensor run() {
    EXPECT_TRUE(verify(one.graph, op_registry()).empty());
    infer_shapes(one.graph, op_registry());
    return interpret(one.graph, op_registry(), one.inputs).at(0);
  }
};

TEST(FlexAttention, WithoutBodiesIsAttention) {
  Flex flex({kQ, kK, kV});
  const Tensor y = flex.run();
  ASSERT_EQ(y.shape(), (Shape{2, 4, 3, 2}));
  expect_close(y, attention_oracle(plain(), false), 1e-6F);
  AttentionCase c = plain();
  c.scale = 0.1;
  expect_close(Flex({kQ, kK, kV}, {{"scale", 0.1F}}).run(), attention_oracle(c, false), 1e-6F);
}

TEST(FlexAttention, BodiesChangeScoresAndWeights) {
  const Tensor added = noise({2, 1, 3, 6}, 4);
  Flex flex({kQ, kK, kV});
  flex.set("score_mod", "Add", added);
  flex.set("prob_mod", "Mul", Tensor::scalar<float>(0.75F));
  AttentionCase c = plain();
  c.add = [&](std::size_t b, std::size_t, std::size_t s, std::size_t t) {
    return of_heads(added)(b, 0, s, t);
  };
  c.weigh = [](double p) { return 0.75 * p; };
  expect_close(flex.run(), attention_oracle(c, false), 1e-6F);
}

TEST(FlexAttention, BodiesGetTheTypeOfTheSoftmax) {
  const Tensor q = kQ.cast(dtype_of(ElementKind::f16));
  const Tensor k = kK.cast(dtype_of(ElementKind::f16));
  const Tensor v = kV.cast(dtype_of(ElementKind::f16));
  AttentionCase c = plain();
  c.q = of_heads(q);
  c.k = of_heads(k);
  c.v = of_heads(v);
  c.add = [](std::size_t, std::size_t, std::size_t, std::size_t) { return 0.5; };
  Flex single({q, k, v});
  single.set("score_mod", "Add", Tensor::scalar<float>(0.5F));
  const Tensor y = single.run();
  EXPECT_EQ(y.kind(), ElementKind::f16);
  expect_close(y, attention_oracle(c, false), 0x1p-11F);
  Flex wide({q, k, v}, {{"softmax_precision", Int{11}}});
  wide.set("score_mod", "Add", Tensor::scalar<double>(0.5));
  expect_close(wide.run(), attention_oracle(c, false), 0x1p-11F);
  Flex twice({kQ.cast(dtype_of(ElementKind::f64)), kK.cast(dtype_of(ElementKind::f64)),
              kV.cast(dtype_of(ElementKind::f64))});
  twice.set("prob_mod", "Mul", Tensor::scalar<double>(2));
  AttentionCase doubled = plain();
  doubled.weigh = [](double p) { return 2 * p; };
  expect_close(twice.run(), attention_oracle(doubled, false), 1e-6F);
}

TEST(FlexAttention, KnowsSymbolsAndTheShapesInsideItsBodies) {
  const Dim b = Dim::symbol("B");
  const Dim s = Dim::symbol("S");
  const auto f = [](SymShape shape) { return typed(ElementKind::f32, std::move(shape)); };
  OneNode one("FlexAttention",
              std::vector<ValueType>{f({b, 8, s, 64}), f({b, 2, 7, 64}), f({b, 2, 7, 32})}, {}, 1,
              kPreview);
  const auto inside = body(one.graph, "Add", Tensor::scalar<float>(1));
  one.node->set_attribute("score_mod", inside);
  infer_shapes(one.graph, op_registry());
  EXPECT_EQ(to_string(one.node->output()->type().shape.value_or(SymShape{})), "[B,8,S,32]");
  EXPECT_EQ(to_string(inside->outputs()[0]->type().shape.value_or(SymShape{})), "[B,8,S,7]");
}

TEST(FlexAttention, CostCountsBothProducts) {
  OneNode one("FlexAttention", {kQ, kK, kV}, {}, 1, kPreview);
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs, 2 * 4 * 3 * 6 * (5 + 2));
}

TEST(FlexAttention, WrongSizesAndBodiesAreCorrupt) {
  const auto run = [](const std::vector<Tensor>& inputs) {
    return fault_of([&] { Flex(inputs).run(); });
  };
  EXPECT_EQ(run({noise({2, 3, 20}), kK, kV}), Fault::corrupt);
  EXPECT_EQ(run({kQ, noise({2, 3, 6, 5}), noise({2, 3, 6, 2})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, noise({2, 2, 5, 2})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, noise({1, 2, 6, 2})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, noise({2, 2, 6, 4}), kV}), Fault::corrupt);
  Flex wider({kQ, kK, kV});
  wider.set("score_mod", "Add", noise({3, 1, 1, 1, 1}));
  EXPECT_EQ(fault_of([&] { wider.run(); }), Fault::corrupt);
  Flex other({kQ, kK, kV});
  other.set("prob_mod", "Less", Tensor::scalar<float>(0.5F));
  EXPECT_EQ(fault_of([&] { other.run(); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
