#include "ops/quantized.hpp"

namespace pare {
namespace {

constexpr std::size_t kBatch = 2, kHeads = 2, kQueries = 3, kKeys = 4, kSize = 3, kValueSize = 2;

double at(const Tensor& t, std::size_t i) { return static_cast<double>(t.data<float>()[i]); }

/// Query, key and value vectors by (batch, head, token, element).
struct Vectors {
  std::function<double(std::size_t, std::size_t, std::size_t, std::size_t)> q, k, v;
};

/// The output [B, S, N Hv] by the definition; `add` is the mask.
std::vector<float> naive(
    const Vectors& x, std::size_t keys, double scale,
    const std::function<double(std::size_t, std::size_t, std::size_t, std::size_t)>& add) {
  std::vector<float> y;
  for (std::size_t i = 0; i < kBatch * kQueries * kHeads * kValueSize; ++i) {
    const std::size_t b = i / (kQueries * kHeads * kValueSize);
    const std::size_t s = i / (kHeads * kValueSize) % kQueries;
    const std::size_t n = i / kValueSize % kHeads;
    double total = 0;
    double sum = 0;
    for (std::size_t t = 0; t < keys; ++t) {
      double score = add(b, n, s, t);
      for (std::size_t e = 0; e < kSize; ++e) score += scale * x.q(b, n, s, e) * x.k(b, n, t, e);
      total += std::exp(score);
      sum += std::exp(score) * x.v(b, n, t, i % kValueSize);
    }
    y.push_back(static_cast<float>(sum / total));
  }
  return y;
}

double nothing(std::size_t, std::size_t, std::size_t, std::size_t) { return 0; }

const Tensor kQ = noise({2, 3, 6}, 1);
const Tensor kK = noise({2, 4, 6}, 2);
const Tensor kV = noise({2, 4, 4}, 3);
const Attributes kTwoHeads = {{"num_heads", Int{2}}};
const double kScale = 1 / std::sqrt(3.0);

Vectors vectors(const Tensor& q, const Tensor& k, const Tensor& v) {
  return {[&q](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
            return at(q, ((b * kQueries + t) * kHeads + n) * kSize + e);
          },
          [&k](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
            return at(k, ((b * kKeys + t) * kHeads + n) * kSize + e);
          },
          [&v](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
            return at(v, ((b * kKeys + t) * kHeads + n) * kValueSize + e);
          }};
}

TEST(MultiHeadAttention, WeighsValuesBySoftmaxOfScores) {
  const Tensor y = run_contrib("MultiHeadAttention", {kQ, kK, kV}, kTwoHeads)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3, 4}));
  expect_close(y, naive(vectors(kQ, kK, kV), kKeys, kScale, nothing), 1e-6F);
}

TEST(MultiHeadAttention, BiasScaleAndAttentionBias) {
  const Tensor bias = noise({16}, 4);
  const Tensor add = noise({1, 2, 3, 4}, 5);
  Attributes attributes = kTwoHeads;
  attributes.emplace("scale", 0.5F);
  const Tensor y = run_contrib("MultiHeadAttention", {kQ, kK, kV, bias, {}, add}, attributes)[0];
  const Vectors plain = vectors(kQ, kK, kV);
  const Vectors moved = {[&](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
                           return plain.q(b, n, t, e) + at(bias, n * kSize + e);
                         },
                         [&](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
                           return plain.k(b, n, t, e) + at(bias, 6 + n * kSize + e);
                         },
                         [&](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
                           return plain.v(b, n, t, e) + at(bias, 12 + n * kValueSize + e);
                         }};
  const auto added = [&](std::size_t, std::size_t n, std::size_t s, std::size_t t) {
    return at(add, (n * kQueries + s) * kKeys + t);
  };
  expect_close(y, naive(moved, kKeys, 0.5, added), 1e-6F);
}

TEST(MultiHeadAttention, MasksHideKeys) {
  const Tensor lengths = Tensor::of<std::int32_t>({2}, {4, 2});
  const Tensor flags = Tensor::of<std::int32_t>({2, 4}, {1, 1, 1, 1, 1, 1, 0, 0});
  const auto want = naive(vectors(kQ, kK, kV), kKeys, kScale,
                          [](std::size_t b, std::size_t, std::size_t, std::size_t t) {
                            return b == 1 && t >= 2 ? -10000.0 : 0.0;
                          });
  for (const Tensor& mask : {lengths, flags}) {
    expect_close(run_contrib("MultiHeadAttention", {kQ, kK, kV, {}, mask}, kTwoHeads)[0], want,
                 1e-6F);
  }
  std::vector<std::int32_t> each(24, 1);
  each[5] = 0;  // batch 0, query 1, key 1
  Attributes attributes = kTwoHeads;
  attributes.emplace("mask_filter_value", -2.0F);
  expect_close(
      run_contrib("MultiHeadAttention", {kQ, kK, kV, {}, Tensor::of<std::int32_t>({2, 3, 4}, each)},
                  attributes)[0],
      naive(vectors(kQ, kK, kV), kKeys, kScale,
            [](std::size_t b, std::size_t, std::size_t s, std::size_t t) {
              return b == 0 && s == 1 && t == 1 ? -2.0 : 0.0;
            }),
      1e-6F);
}

TEST(MultiHeadAttention, ThePastComesInFrontAndGoesOn) {
  const Tensor past_key = noise({2, 2, 1, 3}, 6);
  const Tensor past_value = noise({2, 2, 1, 2}, 7);
  const Tensor k = noise({2, 3, 6}, 8);
  const Tensor v = noise({2, 3, 4}, 9);
  Attributes attributes = kTwoHeads;
  attributes.emplace("unidirectional", Int{1});
  const auto got = run_contrib("MultiHeadAttention", {kQ, k, v, {}, {}, {}, past_key, past_value},
                               attributes, 4);
  const Vectors x = {vectors(kQ, kK, kV).q,
                     [&](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
                       return t == 0 ? at(past_key, (b * 2 + n) * 3 + e)
                                     : at(k, ((b * 3 + t - 1) * 2 + n) * kSize + e);
                     },
                     [&](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
                       return t == 0 ? at(past_value, (b * 2 + n) * 2 + e)
                                     : at(v, ((b * 3 + t - 1) * 2 + n) * kValueSize + e);
                     }};
  const auto causal = [](std::size_t, std::size_t, std::size_t s, std::size_t t) {
    return t > s + 1 ? -1e30 : 0.0;
  };
  expect_close(got[0], naive(x, 4, kScale, causal), 1e-6F);
  ASSERT_EQ(got[1].shape(), (Shape{2, 2, 4, 3}));
  ASSERT_EQ(got[2].shape(), (Shape{2, 2, 4, 2}));
  for (std::size_t i = 0; i < 48; ++i) {
    EXPECT_EQ(at(got[1], i), x.k(i / 24, i / 12 % 2, i / 3 % 4, i % 3)) << i;
  }
  ASSERT_EQ(got[3].shape(), (Shape{2, 2, 3, 4}));
  EXPECT_EQ(at(got[3], 2), 0);  // query 0 does not see key 2
  EXPECT_NEAR(at(got[3], 0) + at(got[3], 1), 1, 1e-6);
}

TEST(MultiHeadAttention, PackedInputsAreTheSame) {
  const Tensor v = noise({2, 3, 6}, 10);
  const Tensor k = noise({2, 3, 6}, 11);
  std::vector<float> three;
  std::vector<float> two;
  for (std::size_t token = 0; token < 6; ++token) {
    for (std::size_t n = 0; n < 2; ++n) {
      for (const Tensor* t : {&kQ, &k, &v}) {
        for (std::size_t e = 0; e < 3; ++e) {
          const float x = t->data<float>()[token * 6 + n * 3 + e];
          three.push_back(x);
          if (t != &kQ) two.push_back(x);
        }
      }
    }
  }
  const Tensor want = run_contrib("MultiHeadAttention", {kQ, k, v}, kTwoHeads)[0];
  const Tensor all = Tensor::of<float>({2, 3, 2, 3, 3}, three);
  EXPECT_TRUE(identical(run_contrib("MultiHeadAttention", {all}, kTwoHeads)[0], want));
  const Tensor both = Tensor::of<float>({2, 3, 2, 2, 3}, two);
  EXPECT_TRUE(identical(run_contrib("MultiHeadAttention", {kQ, both}, kTwoHeads)[0], want));
}

TEST(MultiHeadAttention, WrongShapesAreFaults) {
  const auto run = [](const std::vector<Tensor>& inputs, Int heads) {
    return fault_of([&] { run_contrib("MultiHeadAttention", inputs, {{"num_heads", heads}}); });
  };
  EXPECT_EQ(run({kQ, kK, kV}, 4), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV}, 0), Fault::corrupt);
  EXPECT_EQ(run({kQ, noise({2, 4, 4}), kV}, 2), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, noise({2, 3, 4})}, 2), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, noise({18})}, 2), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, Tensor(ElementKind::i32, {3})}, 2), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, {}, noise({1, 1, 3, 3})}, 2), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, {}, {}, noise({2, 2, 1, 3})}, 2), Fault::corrupt);
  EXPECT_EQ(run({kQ}, 2), Fault::corrupt);
  EXPECT_EQ(run({kQ, kK, kV, {}, Tensor(ElementKind::i32, {8})}, 2), Fault::unsupported);
}

TEST(MultiHeadAttention, SymbolsAndCost) {
  const Dim b = Dim::symbol("B");
  const Dim s = Dim::symbol("S");
  const Dim p = Dim::symbol("P");
  const auto f = [](SymShape shape) { return typed(ElementKind::f32, std::move(shape)); };
  const std::vector<ValueType> types = {f({b, s, 64}),   f({b, 7, 64}),  f({b, 7, 32}), {}, {}, {},
                                        f({b, 8, p, 8}), f({b, 8, p, 4})};
  const char* want[] = {"[B,S,32]", "[B,8,P+7,8]", "[B,8,P+7,4]", "[B,8,S,P+7]"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(
        to_string(infer_op("MultiHeadAttention", types, {{"num_heads", Int{8}}}, i, kMicrosoft)),
        want[i]);
  }
  OneNode one("MultiHeadAttention", {kQ, kK, kV}, kTwoHeads, 1, kMicrosoft);
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs, 2 * 2 * 3 * 4 * (3 + 2));
}

TEST(MultiHeadAttention, ABiasForOtherSizesIsCorrupt) {
  EXPECT_EQ(
      fault_of([] {
        run_contrib("MultiHeadAttention", {kQ, noise({2, 4, 20}), kV, noise({16})}, kTwoHeads);
      }),
      Fault::corrupt);
  EXPECT_EQ(
      fault_of([] {
        run_contrib("MultiHeadAttention", {kQ, noise({2, 4, 2, 2, 9}), {}, noise({18})}, kTwoHeads);
      }),
      Fault::corrupt);
}

}  // namespace
}  // namespace pare
