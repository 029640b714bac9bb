#include "ops/attention_oracle.hpp"

#include "ops/elementwise.hpp"

namespace pare {
namespace {

constexpr double kHidden = -std::numeric_limits<double>::infinity();

const Tensor kQ = noise({2, 4, 3, 5}, 1);
const Tensor kK = noise({2, 2, 6, 5}, 2);
const Tensor kV = noise({2, 2, 6, 2}, 3);

/// 4 heads of queries share 2 of keys and values.
AttentionCase grouped() {
  AttentionCase c{.batch = 2, .heads = 4, .shared = 2, .queries = 3, .keys = 6, .size = 5};
  c.value_size = 2;
  c.q = of_heads(kQ);
  c.k = of_heads(kK);
  c.v = of_heads(kV);
  c.scale = 1 / std::sqrt(5.0);
  return c;
}

TEST(Attention, GroupsOfHeadsShareKeys) {
  const Tensor y = run_op("Attention", {kQ, kK, kV})[0];
  ASSERT_EQ(y.shape(), (Shape{2, 4, 3, 2}));
  expect_close(y, attention_oracle(grouped(), false), 1e-6F);
  EXPECT_TRUE(identical(
      run_op("Attention", {kQ, kK, kV}, {{"q_num_heads", Int{4}}, {"kv_num_heads", Int{2}}})[0],
      y));
}

TEST(Attention, HeadsSideBySide) {
  const Tensor q = noise({2, 3, 20}, 4);
  const Tensor k = noise({2, 6, 10}, 5);
  const Tensor v = noise({2, 6, 4}, 6);
  AttentionCase c = grouped();
  c.q = of_tokens(q, 5);
  c.k = of_tokens(k, 5);
  c.v = of_tokens(v, 2);
  c.scale = 0.25;
  c.cap = 0.3;
  const Attributes attributes = {
      {"q_num_heads", Int{4}}, {"kv_num_heads", Int{2}}, {"scale", 0.25F}, {"softcap", 0.3F}};
  const Tensor y = run_op("Attention", {q, k, v}, attributes)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3, 8}));
  expect_close(y, attention_oracle(c, true), 1e-6F);
}

TEST(Attention, MasksAreAddedOrHide) {
  AttentionCase c = grouped();
  const Tensor added = noise({2, 1, 3, 6}, 7);
  c.add = [&](std::size_t b, std::size_t, std::size_t s, std::size_t t) {
    return of_heads(added)(b, 0, s, t);
  };
  expect_close(run_op("Attention", {kQ, kK, kV, added})[0], attention_oracle(c, false), 1e-6F);
  const Tensor seen = Tensor::of<bool>({3, 4}, {true, false, true, true,     //
                                                false, false, false, false,  //
                                                true, true, true, true});
  c.add = [&](std::size_t, std::size_t, std::size_t s, std::size_t t) {
    return t < 4 && seen.data<bool>()[s * 4 + t] ? 0.0 : kHidden;  // keys behind it are hidden
  };
  const Tensor y = run_op("Attention", {kQ, kK, kV, seen})[0];
  expect_close(y, attention_oracle(c, false), 1e-6F);
  EXPECT_EQ(y.data<float>()[2], 0);  // query 1 sees nothing
}

TEST(Attention, HiddenKeysMayHoldAnything) {
  Tensor k = kK.clone();
  Tensor v = kV.clone();
  for (std::size_t head = 0; head < 4; ++head) {
    k.mutable_data<float>()[(head * 6 + 5) * 5] = kNan;
    v.mutable_data<float>()[(head * 6 + 5) * 2] = kInf;
  }
  const Tensor seen = Tensor::of<bool>({6}, {true, true, true, true, true, false});
  AttentionCase c = grouped();
  c.keys = 5;
  expect_close(run_op("Attention", {kQ, k, v, seen})[0], attention_oracle(c, false), 1e-6F);
}

TEST(Attention, ThePastMovesTheDiagonal) {
  const Tensor past_key = noise({2, 2, 2, 5}, 8);
  const Tensor past_value = noise({2, 2, 2, 2}, 9);
  const Tensor k = noise({2, 2, 3, 5}, 10);
  const Tensor v = noise({2, 2, 3, 2}, 11);
  AttentionCase c = grouped();
  c.keys = 5;
  const auto joined = [](const Tensor& past, const Tensor& now) -> HeadElement {
    return [past, now](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
      return t < 2 ? of_heads(past)(b, n, t, e) : of_heads(now)(b, n, t - 2, e);
    };
  };
  c.k = joined(past_key, k);
  c.v = joined(past_value, v);
  c.add = [](std::size_t, std::size_t, std::size_t s, std::size_t t) {
    return t > s + 2 ? kHidden : 0.0;
  };
  const auto got =
      run_op("Attention", {kQ, k, v, {}, past_key, past_value}, {{"is_causal", Int{1}}}, 4);
  expect_close(got[0], attention_oracle(c, false), 1e-6F);
  ASSERT_EQ(got[1].shape(), (Shape{2, 2, 5, 5}));
  ASSERT_EQ(got[2].shape(), (Shape{2, 2, 5, 2}));
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(got[2].to_doubles()[i], c.v(i / 20, i / 10 % 2, i / 2 % 5, i % 2)) << i;
  }
  ASSERT_EQ(got[3].shape(), (Shape{2, 4, 3, 5}));
}

TEST(Attention, ValidKeysEndWithTheQueries) {
  const Tensor valid = Tensor::of<std::int64_t>({2}, {5, 2});
  const std::size_t count[] = {5, 2};
  AttentionCase c = grouped();
  c.add = [&](std::size_t b, std::size_t, std::size_t s, std::size_t t) {
    return t < count[b] && t + 3 <= s + count[b] ? 0.0 : kHidden;
  };
  const Tensor y = run_op("Attention", {kQ, kK, kV, {}, {}, {}, valid}, {{"is_causal", Int{1}}})[0];
  expect_close(y, attention_oracle(c, false), 1e-6F);
  EXPECT_EQ(y.data<float>()[24], 0);  // batch 1: the first query stands before all keys
}

TEST(Attention, WindowsReachToBothSides) {
  AttentionCase c = grouped();
  c.add = [](std::size_t, std::size_t, std::size_t s, std::size_t t) {
    return t + 1 >= s && t <= s + 2 ? 0.0 : kHidden;
  };
  expect_close(run_op("Attention", {kQ, kK, kV},
                      {{"left_window_size", Int{1}}, {"right_window_size", Int{2}}})[0],
               attention_oracle(c, false), 1e-6F);
}

TEST(Attention, ShowsItsScoresAtEveryStage) {
  const Tensor mask = noise({1, 4, 1, 6}, 12);
  AttentionCase c = grouped();
  const AttentionCase plain = c;
  c.cap = 0.5;
  c.add = [&](std::size_t, std::size_t n, std::size_t, std::size_t t) {
    return of_heads(mask)(0, n, 0, t);
  };
  for (const Int mode : {0, 1, 2, 3}) {
    std::vector<float> want;
    for (std::size_t i = 0; i < 2 * 4 * 3 * 6; ++i) {
      const std::size_t b = i / 72;
      const std::size_t n = i / 18 % 4;
      const std::size_t s = i / 6 % 3;
      const std::size_t t = i % 6;
      const double stages[] = {score_of(plain, b, n, s, t), score_of(c, b, n, s, t),
                               score_of(c, b, n, s, t) + c.add(b, n, s, t),
                               weights_of(c, b, n, s)[t]};
      want.push_back(static_cast<float>(stages[mode]));
    }
    const auto got = run_op("Attention", {kQ, kK, kV, mask},
                            {{"qk_matmul_output_mode", mode}, {"softcap", 0.5F}}, 4);
    expect_close(got[3], want, 1e-6F);
    expect_close(got[0], attention_oracle(c, false), 1e-6F);
  }
}

TEST(Attention, ElementTypesAndPrecisionOfTheSoftmax) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const DType type = dtype_of(kind);
    AttentionCase c = grouped();
    const Tensor q = kQ.cast(type);
    const Tensor k = kK.cast(type);
    const Tensor v = kV.cast(type);
    c.q = of_heads(q);
    c.k = of_heads(k);
    c.v = of_heads(v);
    const Tensor y = run_op("Attention", {q, k, v})[0];
    EXPECT_EQ(y.kind(), kind);
    const float step = kind == ElementKind::bf16 ? 0x1p-8F : 0x1p-11F;  // half a unit
    expect_close(y, attention_oracle(c, false), kind == ElementKind::f64 ? 1e-6F : step);
  }
  // One key takes all: a weight of 1 - 2^-10 is 1 in bfloat16.
  const Tensor q = Tensor::of<float>({1, 1, 1, 1}, {1});
  const Tensor k = Tensor::of<float>({1, 1, 2, 1}, {0, static_cast<float>(std::log(1023.0))});
  const Tensor v = Tensor::of<float>({1, 1, 2, 1}, {0, 1});
  expect_close(run_op("Attention", {q, k, v})[0], {1 - 0x1p-10F}, 1e-6F);
  expect_close(run_op("Attention", {q, k, v}, {{"softmax_precision", Int{16}}})[0], {1}, 0);
}

TEST(Attention, ShapesMayBeSymbols) {
  const Dim b = Dim::symbol("B");
  const Dim s = Dim::symbol("S");
  const Dim p = Dim::symbol("P");
  const auto f = [](SymShape shape) { return typed(ElementKind::f32, std::move(shape)); };
  const std::vector<ValueType> heads = {f({b, 8, s, 64}), f({b, 2, s, 64}), f({b, 2, s, 32}), {},
                                        f({b, 2, p, 64}), f({b, 2, p, 32})};
  EXPECT_EQ(to_string(infer_op("Attention", heads)), "[B,8,S,32]");
  EXPECT_EQ(to_string(infer_op("Attention", heads, {}, 1)), "[B,2,S+P,64]");
  EXPECT_EQ(to_string(infer_op("Attention", heads, {}, 2)), "[B,2,S+P,32]");
  EXPECT_EQ(to_string(infer_op("Attention", heads, {}, 3)), "[B,8,S,S+P]");
  const std::vector<ValueType> tokens = {f({b, s, 512}), f({b, p, 128}), f({b, p, 64})};
  const Attributes counts = {{"q_num_heads", Int{8}}, {"kv_num_heads", Int{2}}};
  EXPECT_EQ(to_string(infer_op("Attention", tokens, counts)), "[B,S,256]");
  EXPECT_EQ(to_string(infer_op("Attention", tokens, counts, 1)), "[B,2,P,64]");
  EXPECT_EQ(fault_of([&] {
              infer_op("Attention", tokens, {{"q_num_heads", Int{8}}, {"kv_num_heads", Int{3}}});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              infer_op("Attention", {f({b, 8, s, 64}), f({b, 8, s, 32}), f({b, 8, s, 64})});
            }),
            Fault::corrupt);
}

TEST(Attention, CostCountsBothProducts) {
  const auto f = [](SymShape shape) { return typed(ElementKind::f32, std::move(shape)); };
  OneNode one("Attention",
              std::vector<ValueType>{f({2, 4, 3, 5}), f({2, 2, 6, 5}), f({2, 2, 6, 7})}, {}, 1, "");
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs, 2 * 4 * 3 * 6 * (5 + 7));
}

TEST(Attention, WrongSizesAreCorrupt) {
  const auto run = [](const std::vector<Tensor>& inputs, const Attributes& attributes = {}) {
    return fault_of([&] { run_unchecked("Attention", inputs, attributes); });
  };
  EXPECT_EQ(run({kQ, noise({2, 3, 6, 5}), noise({2, 3, 6, 2})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, noise({2, 2, 5, 2})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, noise({2, 1, 6, 2})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, noise({2, 2, 6, 4}), kV}), Fault::corrupt);
  EXPECT_EQ(run({kQ, noise({1, 2, 6, 5}), noise({1, 2, 6, 2})}), Fault::corrupt);
  EXPECT_EQ(run({noise({2, 3, 20}), noise({2, 6, 20}), noise({2, 6, 20})}), Fault::corrupt);
  EXPECT_EQ(run({noise({2, 3, 20}), kK, kV}, {{"q_num_heads", Int{4}}}), Fault::corrupt);
  EXPECT_EQ(run({Tensor(ElementKind::f32, {1, 1, 1 << 20, 0}),
                 Tensor(ElementKind::f32, {1, 1, 1 << 20, 0}),
                 Tensor(ElementKind::f32, {1, 1, 1 << 20, 0})}),
            Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, noise({4, 1, 3, 6})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, noise({3, 7})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, noise({})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, noise({2, 2, 1, 5})}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, noise({2, 2, 1, 5}), noise({2, 2, 2, 2})}), Fault::corrupt);
  const auto valid = [&](std::vector<std::int64_t> counts) {
    const auto n = static_cast<std::int64_t>(counts.size());
    return run({kQ, kK, kV, {}, {}, {}, Tensor::of<std::int64_t>({n}, counts)});
  };
  EXPECT_EQ(valid({5}), Fault::corrupt);
  EXPECT_EQ(valid({5, 7}), Fault::corrupt);
  EXPECT_EQ(valid({-1, 2}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV}, {{"qk_matmul_output_mode", Int{4}}}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV}, {{"softmax_precision", Int{7}}}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV}, {{"softcap", -1.0F}}), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV}, {{"left_window_size", Int{-2}}}), Fault::corrupt);
}

TEST(Attention, EmptyTensorsMayHaveLargeSizes) {
  const std::int64_t most = std::int64_t{1} << 12;
  const Tensor heads(ElementKind::f32, {most, most, 0, 4});
  EXPECT_EQ(run_op("Attention", {heads, heads, heads}, {{"is_causal", Int{1}}}, 3)[0].shape(),
            heads.shape());
  const Tensor tokens(ElementKind::f32, {most, 0, 8});
  const Attributes two = {{"q_num_heads", Int{2}}, {"kv_num_heads", Int{2}}};
  EXPECT_EQ(run_op("Attention", {tokens, tokens, tokens}, two)[0].shape(), tokens.shape());
  // Queries without any key give zeros.
  const Tensor none(ElementKind::f32, {2, 2, 0, 5});
  expect_close(run_op("Attention", {noise({2, 2, 1, 5}), none, none})[0],
               std::vector<float>(20, 0.0F), 0);
}

}  // namespace
}  // namespace pare
