#include <complex>

#include "ops/attention_oracle.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

constexpr double kHidden = -std::numeric_limits<double>::infinity();

// 4 heads of queries share 2 of keys and values; heads of 4 values; 2 batches.
const Tensor kQ = noise({2, 3, 16}, 1);
const Tensor kK = noise({2, 3, 8}, 2);
const Tensor kV = noise({2, 3, 8}, 3);
const Tensor kPastKey = noise({2, 2, 5, 4}, 4);
const Tensor kPastValue = noise({2, 2, 5, 4}, 5);
const Attributes kHeads = {{"num_heads", Int{4}}, {"kv_num_heads", Int{2}}};

Tensor last(const std::vector<std::int32_t>& values) {
  return Tensor::of<std::int32_t>({static_cast<std::int64_t>(values.size())}, values);
}
Tensor total(std::int32_t n) { return Tensor::scalar<std::int32_t>(n); }

Attributes with(const Attributes& more) {
  Attributes all = more;
  all.insert(kHeads.begin(), kHeads.end());
  return all;
}

std::vector<Tensor> run(const std::vector<Tensor>& inputs, const Attributes& more = {},
                        std::size_t outputs = 3) {
  return run_contrib("GroupQueryAttention", inputs, with(more), outputs);
}

/// Queries [2, 3] with `keys` of them visible in front of each batch's new tokens.
AttentionCase base(std::size_t keys) {
  AttentionCase c{.batch = 2, .heads = 4, .shared = 2, .queries = 3, .keys = keys, .size = 4};
  c.value_size = 4;
  c.q = of_tokens(kQ, 4);
  c.k = of_tokens(kK, 4);
  c.v = of_tokens(kV, 4);
  c.scale = 0.5;
  return c;
}

/// Hides the keys behind the place of each query, where batch b has before[b] keys already.
HeadElement causal(std::vector<std::size_t> before) {
  return [before](std::size_t b, std::size_t, std::size_t s, std::size_t t) {
    return t > before[b] + s ? kHidden : 0.0;
  };
}

/// Keys or values of the past, then the new ones from before[b] on.
HeadElement appended(const Tensor& past, const Tensor& now, std::vector<std::size_t> before) {
  return [past, now, before](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
    return t < before[b] ? of_heads(past)(b, n, t, e) : of_tokens(now, 4)(b, n, t - before[b], e);
  };
}

TEST(GroupQueryAttention, APromptSeesItself) {
  const auto got = run({kQ, kK, kV, {}, {}, last({2, 2}), total(3)});
  AttentionCase c = base(3);
  c.add = causal({0, 0});
  ASSERT_EQ(got[0].shape(), (Shape{2, 3, 16}));
  expect_close(got[0], attention_oracle(c, true), 1e-6F);
  ASSERT_EQ(got[1].shape(), (Shape{2, 2, 3, 4}));
  for (std::size_t i = 0; i < 48; ++i) {
    EXPECT_EQ(got[2].to_doubles()[i], c.v(i / 24, i / 12 % 2, i / 4 % 3, i % 4)) << i;
  }
  c.add = [](std::size_t, std::size_t, std::size_t, std::size_t) { return 0.0; };
  expect_close(run({kQ, kK, kV, {}, {}, last({2, 2}), total(3)}, {{"causal", Int{0}}})[0],
               attention_oracle(c, true), 1e-6F);
}

TEST(GroupQueryAttention, NewKeysFollowThePastOfEveryBatch) {
  const std::vector<std::size_t> before = {4, 1};  // of the 5 there is room for
  const auto got =
      run({kQ, kK, kV, kPastKey, kPastValue, last({6, 3}), total(7)}, {{"scale", 0.3F}});
  AttentionCase c = base(7);
  c.scale = static_cast<double>(0.3F);
  c.k = appended(kPastKey, kK, before);
  c.v = appended(kPastValue, kV, before);
  c.add = causal(before);
  c.keys = 4;  // batch 1 has no more, and batch 0 must not be asked for more than it sees
  const std::vector<float> few = attention_oracle(c, true);
  c.keys = 7;
  AttentionCase first = c;
  first.batch = 1;
  std::vector<float> want = attention_oracle(first, true);
  want.insert(want.end(), few.begin() + 48, few.end());
  expect_close(got[0], want, 1e-6F);
  ASSERT_EQ(got[1].shape(), (Shape{2, 2, 7, 4}));
  for (std::size_t i = 0; i < 112; ++i) {
    const std::size_t b = i / 56;
    const std::size_t t = i / 4 % 7;
    const double expected = t < before[b] + 3 ? c.k(b, i / 28 % 2, t, i % 4) : 0;
    EXPECT_EQ(got[1].to_doubles()[i], expected) << i;
  }
}

TEST(GroupQueryAttention, QueriesKeysAndValuesMayBePacked) {
  std::vector<float> packed;
  for (std::size_t token = 0; token < 6; ++token) {
    for (const Tensor* t : {&kQ, &kK, &kV}) {
      const auto wide = static_cast<std::size_t>(t->dim(2));
      for (std::size_t i = 0; i < wide; ++i) packed.push_back(t->data<float>()[token * wide + i]);
    }
  }
  const Tensor all = Tensor::of<float>({2, 3, 32}, packed);
  const auto want = run({kQ, kK, kV, {}, {}, last({2, 2}), total(3)});
  const auto got = run({all, {}, {}, {}, {}, last({2, 2}), total(3)});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(identical(got[i], want[i])) << i;
}

TEST(GroupQueryAttention, CapBiasWindowAndSinks) {
  const Tensor bias = noise({1, 4, 3, 3}, 6);
  const Tensor sink = Tensor::of<float>({4}, {0.5F, -1, 2, 0});
  AttentionCase c = base(3);
  c.cap = 0.4;
  c.add = [&](std::size_t, std::size_t n, std::size_t s, std::size_t t) {
    return t > s || t + 2 <= s ? kHidden : of_heads(bias)(0, n, s, t);
  };
  const Attributes attributes = {{"softcap", 0.4F}, {"local_window_size", Int{2}}};
  const std::vector<Tensor> inputs = {kQ, kK, kV, {}, {}, last({2, 2}), total(3), {}, {}, {}, bias};
  expect_close(run(inputs, attributes)[0], attention_oracle(c, true), 1e-6F);
  Attributes smooth = attributes;
  smooth.emplace("smooth_softmax", Int{1});
  AttentionCase zero = c;
  zero.sink = 0;
  expect_close(run(inputs, smooth)[0], attention_oracle(zero, true), 1e-6F);
  std::vector<Tensor> sinking = inputs;
  sinking.push_back(sink);
  const Tensor y = run(sinking, attributes)[0];
  std::vector<float> want(96);
  for (std::size_t n = 0; n < 4; ++n) {  // each head with the sink of its own
    AttentionCase one = c;
    one.sink = sink.to_doubles()[n];
    const std::vector<float> all = attention_oracle(one, true);
    for (std::size_t i = 0; i < 96; ++i) {
      if (i / 4 % 4 == n) want[i] = all[i];
    }
  }
  expect_close(y, want, 1e-6F);
}

/// Half the angle caches hold cosines, half sines, of position / (k + 1).
Tensor cache(bool sines) {
  std::vector<float> values;
  for (std::size_t p = 0; p < 9; ++p) {
    for (std::size_t k = 0; k < 2; ++k) {
      const double angle = static_cast<double>(p) / static_cast<double>(k + 1);
      values.push_back(static_cast<float>(sines ? std::sin(angle) : std::cos(angle)));
    }
  }
  return Tensor::of<float>({9, 2}, values);
}

/// Heads of 4 values turned as complex numbers (0 and 2, 1 and 3; interleaved 0 and 1, 2 and 3).
HeadElement turned(HeadElement x, std::function<std::size_t(std::size_t, std::size_t)> place,
                   bool interleaved) {
  return [=](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
    const std::size_t pair = interleaved ? e / 2 : e % 2;
    const bool imaginary = interleaved ? e % 2 == 1 : e >= 2;
    const std::size_t re = interleaved ? 2 * pair : pair;
    const std::size_t im = interleaved ? 2 * pair + 1 : pair + 2;
    const double angle = static_cast<double>(place(b, t)) / static_cast<double>(pair + 1);
    const auto z = std::complex<double>(x(b, n, t, re), x(b, n, t, im)) * std::polar(1.0, angle);
    return imaginary ? z.imag() : z.real();
  };
}

TEST(GroupQueryAttention, TurnsQueriesAndKeysByTheirPlaces) {
  for (const bool interleaved : {false, true}) {
    AttentionCase c = base(3);
    const auto place = [](std::size_t, std::size_t t) { return t; };
    c.q = turned(c.q, place, interleaved);
    c.k = turned(c.k, place, interleaved);
    c.add = causal({0, 0});
    const auto got = run({kQ, kK, kV, {}, {}, last({2, 2}), total(3), cache(false), cache(true)},
                         {{"do_rotary", Int{1}}, {"rotary_interleaved", Int{interleaved}}});
    expect_close(got[0], attention_oracle(c, true), 2e-6F);
    for (std::size_t i = 0; i < 48; ++i) {
      EXPECT_NEAR(got[1].to_doubles()[i], c.k(i / 24, i / 12 % 2, i / 4 % 3, i % 4), 1e-6) << i;
    }
  }
}

TEST(GroupQueryAttention, PlacesCountFromThePastOrAreGiven) {
  const std::vector<std::size_t> before = {4, 4};
  const Tensor ids = Tensor::of<std::int64_t>({2, 3}, {4, 5, 6, 1, 0, 8});
  for (const bool given : {false, true}) {
    AttentionCase c = base(7);
    const auto place = [&](std::size_t b, std::size_t t) {
      return given ? static_cast<std::size_t>(ids.data<std::int64_t>()[b * 3 + t]) : 4 + t;
    };
    c.q = turned(c.q, place, false);
    const HeadElement now = turned(of_tokens(kK, 4), place, false);
    c.k = [&](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
      return t < 4 ? of_heads(kPastKey)(b, n, t, e) : now(b, n, t - 4, e);
    };
    c.v = appended(kPastValue, kV, before);
    c.add = causal(before);
    const auto got = run({kQ, kK, kV, kPastKey, kPastValue, last({6, 6}), total(7), cache(false),
                          cache(true), given ? ids : Tensor()},
                         {{"do_rotary", Int{1}}});
    expect_close(got[0], attention_oracle(c, true), 2e-6F);
  }
}

TEST(GroupQueryAttention, HeadsMayBeNormalized) {
  const Tensor wq = Tensor::of<float>({4}, {1, 2, 0.5F, -1});
  const Tensor wk = Tensor::of<float>({4}, {3, 1, 1, 0.25F});
  const auto normal = [](const HeadElement& x, const Tensor& w) -> HeadElement {
    return [x, w](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
      double sum = 0;
      for (std::size_t i = 0; i < 4; ++i) sum += x(b, n, t, i) * x(b, n, t, i);
      return x(b, n, t, e) / std::sqrt(sum / 4 + 0.01) * w.to_doubles()[e];
    };
  };
  AttentionCase c = base(3);
  c.q = normal(c.q, wq);
  c.k = normal(c.k, wk);
  c.add = causal({0, 0});
  const auto got =
      run({kQ, kK, kV, {}, {}, last({2, 2}), total(3), {}, {}, {}, {}, {}, {}, {}, wq, wk},
          {{"qk_norm_epsilon", 0.01F}});
  expect_close(got[0], attention_oracle(c, true), 2e-6F);
}

TEST(GroupQueryAttention, ShowsScoresOrWeights) {
  AttentionCase c = base(3);
  c.cap = 0.4;
  c.add = causal({0, 0});
  for (const Int shown : {1, 2}) {
    const auto got = run({kQ, kK, kV, {}, {}, last({2, 2}), total(3)},
                         {{"softcap", 0.4F}, {"qk_output", shown}}, 4);
    std::vector<float> want;
    for (std::size_t i = 0; i < 2 * 4 * 3 * 3; ++i) {
      const std::size_t b = i / 36;
      const std::size_t n = i / 9 % 4;
      const std::size_t s = i / 3 % 3;
      const double score = i % 3 > s ? 0 : score_of(c, b, n, s, i % 3);
      want.push_back(static_cast<float>(shown == 1 ? score : weights_of(c, b, n, s)[i % 3]));
    }
    ASSERT_EQ(got[3].shape(), (Shape{2, 4, 3, 3}));
    expect_close(got[3], want, 1e-6F);
    expect_close(got[0], attention_oracle(c, true), 1e-6F);
  }
  for (const Int wrong : {-1, 0, 3}) {
    EXPECT_EQ(fault_of([&] {
                run({kQ, kK, kV, {}, {}, last({2, 2}), total(3)}, {{"qk_output", wrong}}, 4);
              }),
              Fault::corrupt);
  }
}

TEST(GroupQueryAttention, ElementTypesSymbolsAndCost) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16}) {
    const DType type = dtype_of(kind);
    const Tensor q = kQ.cast(type);
    const Tensor k = kK.cast(type);
    const Tensor v = kV.cast(type);
    AttentionCase c = base(3);
    c.q = of_tokens(q, 4);
    c.k = of_tokens(k, 4);
    c.v = of_tokens(v, 4);
    c.add = causal({0, 0});
    const auto got = run({q, k, v, {}, {}, last({2, 2}), total(3)});
    EXPECT_EQ(got[0].kind(), kind);
    EXPECT_EQ(got[1].kind(), kind);
    expect_close(got[0], attention_oracle(c, true), kind == ElementKind::f16 ? 0x1p-11F : 0x1p-8F);
  }
  const Dim b = Dim::symbol("B");
  const Dim s = Dim::symbol("S");
  const auto f = [](SymShape shape) { return typed(ElementKind::f16, std::move(shape)); };
  const ValueType m = typed(ElementKind::i32, {b});
  const ValueType one = typed(ElementKind::i32, {});
  EXPECT_EQ(to_string(infer_op("GroupQueryAttention", {f({b, s, 64}), {}, {}, {}, {}, m, one},
                               kHeads, 0, kMicrosoft)),
            "[B,S,32]");
  EXPECT_EQ(to_string(infer_op("GroupQueryAttention", {f({b, s, 64}), {}, {}, {}, {}, m, one},
                               kHeads, 1, kMicrosoft, {{}, {}, {}, {}, {}, {}, total(9)})),
            "[B,2,9,8]");
  OneNode node(
      "GroupQueryAttention",
      std::vector<ValueType>{
          f({2, 3, 16}), f({2, 3, 8}), f({2, 3, 8}), {}, {}, typed(ElementKind::i32, {2}), one},
      kHeads, 1, kMicrosoft);
  node.node->set_input(6, node.graph.add_constant(total(3), "t"));
  const auto facts = infer_shapes(node.graph, op_registry());
  EXPECT_EQ(node_cost(*node.node, op_registry(), facts).macs, 2 * 4 * 3 * 3 * (4 + 4));
}

TEST(GroupQueryAttention, WrongSizesAndPlacesAreCorrupt) {
  const auto fault = [](const std::vector<Tensor>& inputs, const Attributes& more = {}) {
    return fault_of([&] { run(inputs, more); });
  };
  const Tensor two = last({2, 2});
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(4)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(2)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(2147483647)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, last({3, 3})}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, last({2}), total(3)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, last({2, 3}), total(3)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, last({2, -2}), total(3)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, kPastKey, kPastValue, last({6, 1}), total(7)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, kPastKey, kPastValue, last({8, 8}), total(9)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, kPastKey, {}, last({6, 6}), total(7)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, kPastKey, noise({2, 2, 4, 4}), last({6, 6}), total(7)}),
            Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, {}, {}, {}, two, total(3)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, {}, {}, {}, {}, two, total(3)}, {{"kv_num_heads", Int{3}}}), Fault::corrupt);
  EXPECT_EQ(fault({noise({2, 3, 12}), {}, {}, {}, {}, two, total(3)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, noise({2, 2, 8}), kV, {}, {}, two, total(3)}), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, noise({2, 3, 6}), {}, {}, two, total(3)}), Fault::corrupt);
  const Attributes rotary = {{"do_rotary", Int{1}}};
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(3)}, rotary), Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(3), noise({2, 2}), noise({2, 2})}, rotary),
            Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(3), noise({9, 3}), noise({9, 3})}, rotary),
            Fault::corrupt);
  const Tensor far = Tensor::of<std::int64_t>({1, 1}, {std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(3), cache(false), cache(true), far}, rotary),
            Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(3), {}, {}, {}, noise({1, 3, 3, 3})}),
            Fault::corrupt);
  EXPECT_EQ(fault({kQ, kK, kV, {}, {}, two, total(3), {}, {}, {}, {}, noise({3})}), Fault::corrupt);
}

TEST(GroupQueryAttention, OtherCachesAreUnsupported) {
  const auto fault = [](const Attributes& more) {
    return fault_of([&] { run({kQ, kK, kV, {}, {}, last({2, 2}), total(3)}, more, 1); });
  };
  EXPECT_EQ(fault({{"k_quant_type", std::string("PER_TENSOR")}}), Fault::unsupported);
  EXPECT_EQ(fault({{"sliding_window_cache", Int{1}}}), Fault::unsupported);
}

TEST(GroupQueryAttention, EmptyTensorsMayHaveLargeSizes) {
  const std::int64_t most = std::int64_t{1} << 10;
  const Tensor q(ElementKind::f32, {0, 1, 8 * most});
  const Tensor past(ElementKind::f32, {0, most, most, 4});
  const Attributes heads = {
      {"num_heads", Int{4}}, {"kv_num_heads", Int{2}}, {"smooth_softmax", Int{1}}};
  const auto y =
      run_contrib("GroupQueryAttention",
                  {q, {}, {}, {}, {}, Tensor(ElementKind::i32, {0}), total(1)}, heads, 3);
  EXPECT_EQ(y[0].shape(), (Shape{0, 1, 4 * most}));
  EXPECT_EQ(fault_of([&] {
              run({q, {}, {}, past, past, Tensor(ElementKind::i32, {0}), total(1)});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
