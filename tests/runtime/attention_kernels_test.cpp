#include "kernels/attention/attention.hpp"
#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

/// softmax(q k / 4 + mask) v with q, k, v as [1, T, H, D], as exporters write it.
struct Network {
  Builder b;
  std::vector<Tensor> inputs;
  Value *q = nullptr, *k = nullptr, *v = nullptr, *scores = nullptr, *soft = nullptr;

  Value* heads(const char* name, std::int64_t length, const Ints& perm) {
    const Shape shape = {1, length, 3, 16};
    inputs.push_back(b.random(shape));
    return b.node("Transpose", {b.input(name, shape)}, {{"perm", perm}});
  }
  Value* scaled(std::int64_t queries, std::int64_t keys) {
    q = heads("q", queries, {0, 2, 1, 3});
    k = heads("k", keys, {0, 2, 3, 1});
    v = heads("v", keys, {0, 2, 1, 3});
    scores = b.node("MatMul", {q, k});
    return b.node("Div", {scores, b.scalar(4.0F)});
  }
  void finish(Value* s) {
    soft = b.node("Softmax", {s}, {{"axis", std::int64_t{-1}}});
    Value* y = b.node("MatMul", {soft, v});
    b.graph.add_output(b.node("Transpose", {y}, {{"perm", Ints{0, 2, 1, 3}}}));
  }
};

TEST(AttentionUnits, TakeTransposesFactorAndMaskIntoOneStep) {
  Network n;
  Value* s = n.scaled(20, 33);
  Tensor mask(ElementKind::f32, {1, 1, 1, 33});
  for (std::size_t i = 20; i < 33; ++i) {
    mask.mutable_data<float>()[i] = -std::numeric_limits<float>::infinity();
  }
  n.inputs.push_back(mask);
  n.finish(n.b.node("Add", {s, n.b.input("m", mask.shape())}));
  const Compared r = run_both(n.b.graph, n.inputs);
  ASSERT_EQ(r.steps.size(), 1U) << r.kernels();
  EXPECT_TRUE(r.has("native:attention")) << r.kernels();
  expect_close(r);
}

TEST(AttentionUnits, AnyNumberOfThreadsGivesTheSameBits) {
  Network n;
  n.finish(n.scaled(40, 33));
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 4}) {
    set_threads(threads);
    const auto session = Session::create(n.b.graph, op_registry(), {});
    const std::vector<Tensor> y = session->run(n.inputs);
    if (first.empty()) first = y;
    EXPECT_TRUE(identical(y[0], first[0])) << threads;
  }
  set_threads(0);
}

TEST(AttentionUnits, AreNotMadeWhereTheMeaningIsAnother) {
  const auto refused = [](Network& n, const char* what) {
    const Compared r = run_both(n.b.graph, n.inputs);
    EXPECT_FALSE(r.has("native:attention")) << what << ": " << r.kernels();
    expect_close(r);
  };
  {
    Network n;
    Value* s = n.scaled(8, 9);
    n.b.graph.add_output(s);
    n.finish(s);
    refused(n, "the scores are a result");
  }
  {
    Network n;
    n.finish(n.scaled(8, 9));
    n.b.graph.add_output(n.soft);
    refused(n, "the weights are a result");
  }
  {
    Network n;
    Value* m = n.b.constant(n.b.random({1, 1, 1, 9}));
    n.scaled(8, 9);
    n.finish(n.b.node("Div", {n.b.node("Add", {n.scores, m}), n.b.scalar(4.0F)}));
    refused(n, "the factor is behind the mask");
  }
  {
    Network n;
    Value* s = n.scaled(8, 8);
    n.soft = n.b.node("Softmax", {s}, {{"axis", std::int64_t{2}}});
    n.b.graph.add_output(n.b.node("MatMul", {n.soft, n.v}));
    refused(n, "along the queries");
  }
  {
    Network n;
    n.scaled(8, 9);
    n.finish(n.b.node("Mul", {n.scores, n.b.constant(n.b.random({9}))}));
    refused(n, "a factor for each key");
  }
  {
    Network n;
    Value* marks = n.b.constant(Tensor(ElementKind::boolean, {9}));
    Value* s = n.scaled(8, 9);
    n.finish(n.b.node("Where", {marks, s, n.b.constant(n.b.random({9}))}));
    refused(n, "another number for each hidden key");
  }
  {
    Network n;
    n.finish(n.scaled(2, 9));
    refused(n, "few queries");
  }
}

TEST(AttentionUnits, RoundWhatTheyMultiplyWhereProductsMay) {
  Builder b;
  const std::vector<Tensor> inputs = {b.random({2, 3, 20, 32}), b.random({2, 3, 32, 24}),
                                      b.random({2, 3, 24, 16})};
  Value* s = b.node("MatMul", {b.input("q", {2, 3, 20, 32}), b.input("k", {2, 3, 32, 24})});
  b.graph.add_output(b.node("MatMul", {b.node("Softmax", {s}, {{"axis", std::int64_t{3}}}),
                                       b.input("v", {2, 3, 24, 16})}));
  SessionOptions options;
  options.allow_bf16 = true;
  const Compared r = run_both(b.graph, inputs, options);
  expect_close(r, 0x1p17);  // values, weights and the scores behind them have 8 bits
  if (bf16_attention_kernels() == nullptr) GTEST_SKIP() << "no products of bfloat16";
  EXPECT_TRUE(r.has("native:attention (avx512_bf16)")) << r.kernels();
  EXPECT_FALSE(run_both(b.graph, inputs).has("bf16"));
}

TEST(AttentionUnits, MarksAndMasksOfEveryFormArePartOfTheStep) {
  for (const int form : {0, 1, 2, 3}) {
    Network n;
    Value* s = n.scaled(8, 9);
    Tensor triangle(ElementKind::boolean, {1, 1, 8, 9});
    const auto seen = triangle.mutable_bytes();
    for (std::size_t i = 0; i < seen.size(); ++i) {
      seen[i] = static_cast<std::byte>(i % 9 <= i / 9 ? 1 : 0);
    }
    Value* column = n.b.constant(n.b.random({1, 1, 8, 1}));
    if (form == 1 || form == 2) s = n.b.node("Add", {column, s});
    if (form != 1) s = n.b.node("Where", {n.b.constant(triangle), s, n.b.scalar(-1e4F)});
    if (form == 3) s = n.b.node("Add", {s, n.b.constant(n.b.random({9}))});
    n.finish(s);
    const Compared r = run_both(n.b.graph, n.inputs);
    EXPECT_EQ(r.steps.size(), 1U) << form << ": " << r.kernels();
    expect_close(r);
  }
}

/// One query with a past, as text is generated; the states are results.
TEST(AttentionOperator, JoinsThePastWithWhatIsNew) {
  Builder b;
  const std::vector<Tensor> inputs = {b.random({2, 1, 32}), b.random({2, 1, 16}),
                                      b.random({2, 1, 16}), b.random({2, 2, 5, 8}),
                                      b.random({2, 2, 5, 8})};
  NodeSpec spec{.op = "Attention",
                .attributes = {{"q_num_heads", std::int64_t{4}}, {"kv_num_heads", std::int64_t{2}}},
                .output_names = {"y", "key", "value"}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i == 3) spec.inputs.push_back(nullptr);
    spec.inputs.push_back(b.input(cat("x", i), inputs[i].shape()));
  }
  Node* node = b.graph.add_node(std::move(spec));
  for (std::size_t i = 0; i < 3; ++i) b.graph.add_output(node->output(i));
  const Compared r = run_both(b.graph, inputs);
  EXPECT_TRUE(r.has("native:attention_operator")) << r.kernels() << r.refusals();
  expect_close(r);
}

TEST(AttentionUnits, ObservedValuesAreMade) {
  Network n;
  n.finish(n.scaled(8, 9));
  int seen = 0;
  SessionOptions options;
  options.observe = {n.soft->name()};
  options.observer = [&](const std::string&, const Tensor&) { ++seen; };
  const Compared r = run_both(n.b.graph, n.inputs, options);
  EXPECT_EQ(seen, 1);
  expect_close(r);
}

TEST(AttentionUnits, HeadsMayShareKeysByBroadcasting) {
  Builder b;
  const std::vector<Tensor> inputs = {b.random({2, 4, 10, 8}), b.random({1, 1, 8, 12}),
                                      b.random({2, 1, 12, 8})};
  Value* s = b.node("MatMul", {b.input("q", {2, 4, 10, 8}), b.input("k", {1, 1, 8, 12})});
  b.graph.add_output(b.node("MatMul", {b.node("Softmax", {s}, {{"axis", std::int64_t{3}}}),
                                       b.input("v", {2, 1, 12, 8})}));
  const Compared r = run_both(b.graph, inputs);
  EXPECT_TRUE(r.has("native:attention")) << r.kernels();
  expect_close(r);
}

TEST(Gathers, AnIndexOutsideIsCorrupt) {
  Builder b;
  b.graph.add_output(b.node("Gather", {b.input("x", {5, 3}), b.input("i", {4}, ElementKind::i64)},
                            {{"axis", std::int64_t{0}}}));
  const auto session = Session::create(b.graph, op_registry(), {});
  for (const std::int64_t bad : {5, -6}) {
    const Tensor index = Tensor::of<std::int64_t>({4}, std::vector<std::int64_t>{0, 1, bad, 2});
    try {
      session->run({b.random({5, 3}), index});
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::corrupt);
    }
  }
}

TEST(DynamicProducts, ScalesBiasActivationAndResidualAreOneStep) {
  for (const bool residual : {false, true}) {
    Builder b;
    std::vector<Tensor> inputs = {b.random({1, 20, 64})};
    Node* q = b.graph.add_node({.op = "DynamicQuantizeLinear",
                                .inputs = {b.input("x", {1, 20, 64})},
                                .output_names = {"q", "s", "z"}});
    Value* w = b.constant(b.random({64, 48}, 127).cast(dtype_of(ElementKind::i8)));
    Value* sums = b.node("MatMulInteger", {q->output(0), w, q->output(2)});
    Value* real = b.node("Cast", {sums}, {{"to", static_cast<std::int64_t>(ElementKind::f32)}});
    Value* factor = b.node("Mul", {q->output(1), b.weights({48}, 0.01F)});
    Value* y = b.node("Add", {b.node("Mul", {real, factor}), b.weights({48})});
    if (residual) {
      inputs.push_back(b.random({1, 20, 48}));
      y = b.node("Add", {y, b.input("r", {1, 20, 48})});
    } else {
      y = b.node("Gelu", {y});
    }
    b.graph.add_output(y);
    const Compared r = run_both(b.graph, inputs);
    EXPECT_EQ(r.steps.size(), 2U) << r.kernels();
    EXPECT_TRUE(r.has("onednn:dynamic_product") || r.has("no VNNI")) << r.refusals();
    expect_close(r);
  }
}

TEST(DynamicProducts, ScalesOfOtherFormsStayApart) {
  Builder b;
  Node* q = b.graph.add_node({.op = "DynamicQuantizeLinear",
                              .inputs = {b.input("x", {20, 64})},
                              .output_names = {"q", "s", "z"}});
  Value* w = b.constant(b.random({64, 48}, 127).cast(dtype_of(ElementKind::i8)));
  Value* sums = b.node("MatMulInteger", {q->output(0), w, q->output(2)});
  Value* real = b.node("Cast", {sums}, {{"to", static_cast<std::int64_t>(ElementKind::f32)}});
  b.graph.add_output(b.node("Mul", {real, b.node("Mul", {q->output(1), b.weights({20, 1})})}));
  const Compared r = run_both(b.graph, {b.random({20, 64})});
  EXPECT_FALSE(r.has("onednn:dynamic_product")) << r.kernels();
  expect_close(r);
}

/// A block of a residual network: what its convolutions hand to each other is held in bfloat16.
TEST(Bf16Products, ConvolutionsHandOnBfloat16) {
  Builder b;
  const auto conv = [&](Value* x, std::int64_t size) {
    const std::int64_t pad = size / 2;
    return b.node("Conv", {x, b.weights({64, 64, size, size}, 0.1F), b.weights({64})},
                  {{"pads", Ints{pad, pad, pad, pad}}});
  };
  Value* x = b.node("Relu", {conv(b.input("x", {1, 64, 9, 7}), 1)});
  Value* y = conv(b.node("Relu", {conv(x, 3)}), 1);
  Value* z = b.node("Relu", {b.node("Add", {y, x})});
  b.graph.add_output(b.node("GlobalAveragePool", {conv(z, 3)}));
  b.graph.add_output(conv(z, 1));
  SessionOptions options;
  options.allow_bf16 = true;
  const Compared r = run_both(b.graph, {b.random({1, 64, 9, 7})}, options);
  expect_close(r, 0x1p16);
  if (!r.has("onednn:conv_bf16")) GTEST_SKIP() << r.refusals();
  for (const StepInfo& s : r.steps) {
    EXPECT_EQ(s.kernel.find("onednn:conv ("), std::string::npos) << r.kernels();
    EXPECT_NE(s.kernel, "reference") << s.op;
  }
  set_threads(2);
  const auto session = Session::create(b.graph, op_registry(), options);
  EXPECT_TRUE(identical(session->run({Builder().random({1, 64, 9, 7})})[0],
                        session->run({Builder().random({1, 64, 9, 7})})[0]));
  set_threads(0);
}

/// x / 2 (1 + erf(x / sqrt 2)) behind a product, in the ways it is written.
TEST(GeluChains, AreTheActivationOfTheProduct) {
  for (const int form : {0, 1, 2}) {
    Builder b;
    Value* x = b.node("MatMul", {b.input("x", {20, 96}), b.weights({96, 80})});
    Value* u = form == 1 ? b.node("Mul", {x, b.scalar(0.70710678F)})
                         : b.node("Div", {x, b.scalar(1.41421356F)});
    Value* e = b.node("Add", {b.node("Erf", {u}), b.scalar(1.0F)});
    Value* y = nullptr;
    if (form == 2) {
      y = b.node("Mul", {b.node("Mul", {x, b.scalar(0.5F)}), e});
    } else {
      y = b.node("Mul", {b.scalar(0.5F), b.node("Mul", {x, e})});
    }
    b.graph.add_output(y);
    const Compared r = run_both(b.graph, {b.random({20, 96})});
    EXPECT_EQ(r.steps.size(), 1U) << form << ": " << r.kernels();
    expect_close(r);
  }
}

TEST(GeluChains, OfOtherConstantsStayApart) {
  for (const int form : {0, 1, 2}) {
    Builder b;
    Value* x = b.node("MatMul", {b.input("x", {20, 96}), b.weights({96, 80})});
    Value* u = b.node("Div", {x, b.scalar(form == 0 ? 1.5F : 1.41421356F)});
    Value* e = b.node("Add", {b.node("Erf", {u}), b.scalar(form == 1 ? 0.9F : 1.0F)});
    b.graph.add_output(b.node("Mul", {b.node("Mul", {x, e}), b.scalar(form == 2 ? 0.4F : 0.5F)}));
    const Compared r = run_both(b.graph, {b.random({20, 96})});
    EXPECT_GT(r.steps.size(), 1U) << form;
    expect_close(r);
  }
}

TEST(Bf16Products, RoundTheirInputsWhereTheSessionAllows) {
  Builder b;
  const Tensor x = b.random({20, 96});
  b.graph.add_output(b.node(
      "Gelu", {b.node("Add", {b.node("MatMul", {b.input("x", {20, 96}), b.weights({96, 80})}),
                              b.weights({80})})}));
  EXPECT_FALSE(run_both(b.graph, {x}).has("onednn:matmul_bf16"));
  SessionOptions options;
  options.allow_bf16 = true;
  const Compared r = run_both(b.graph, {x}, options);
  EXPECT_TRUE(r.has("onednn:matmul_bf16") || !r.refusals().empty()) << r.kernels();
  expect_close(r, 0x1p16);  // bfloat16 has 16 bits less than float32
}

}  // namespace
}  // namespace pare
