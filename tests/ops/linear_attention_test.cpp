#include <cmath>

#include "ops/elementwise.hpp"

namespace pare {
namespace {

constexpr std::size_t kBatch = 2, kTokens = 3, kSize = 2, kValueSize = 3;

struct Case {
  std::size_t heads = 2, shared = 1;  // of keys and values; queries per one of them
  Tensor q, k, v, past, decay, beta;
  std::string rule;
  double scale = 1 / std::sqrt(2.0);
};

Case make_case(const std::string& rule, std::size_t shared, bool decay_per_key, bool one_beta) {
  Case c;
  c.rule = rule;
  c.shared = shared;
  const auto queries = static_cast<std::int64_t>(4 * shared);
  c.q = noise({2, 3, queries}, 1);
  c.k = noise({2, 3, 4}, 2);
  c.v = noise({2, 3, 6}, 3);
  c.past = noise({2, 2, 2, 3}, 4);
  if (rule.find("gated") == 0) c.decay = noise({2, 3, decay_per_key ? 4 : 2}, 5);
  if (rule.find("delta") != std::string::npos) c.beta = noise({2, 3, one_beta ? 1 : 2}, 6);
  return c;
}

double get(const Tensor& t, std::size_t b, std::size_t token, std::size_t i) {
  const auto wide = static_cast<std::size_t>(t.dim(2));
  return t.to_doubles()[(b * kTokens + token) * wide + i];
}

/// Output and final state by the formulas of the rules, one state element at a time:
/// gated: exp(g) S + k v; delta: S + beta k (v - S'k), with exp(g) S for S when gated too.
std::pair<std::vector<float>, std::vector<float>> naive(const Case& c) {
  const std::size_t queries = c.heads * c.shared;
  std::vector<float> y(kBatch * kTokens * queries * kValueSize);
  std::vector<float> states;
  for (std::size_t bh = 0; bh < kBatch * c.heads; ++bh) {
    const std::size_t b = bh / c.heads;
    const std::size_t h = bh % c.heads;
    double s[kSize][kValueSize];
    for (std::size_t i = 0; i < 6; ++i) {
      s[i / 3][i % 3] = c.past.valid() ? c.past.to_doubles()[bh * 6 + i] : 0;
    }
    for (std::size_t t = 0; t < kTokens; ++t) {
      double faded[kSize][kValueSize];
      for (std::size_t i = 0; i < 6; ++i) {
        double g = 0;
        if (c.decay.valid()) {
          g = c.decay.dim(2) == 4 ? get(c.decay, b, t, h * kSize + i / 3) : get(c.decay, b, t, h);
        }
        faded[i / 3][i % 3] = std::exp(g) * s[i / 3][i % 3];
      }
      for (std::size_t i = 0; i < 6; ++i) {
        double written = get(c.v, b, t, h * kValueSize + i % 3);
        if (c.beta.valid()) {
          const double known = faded[0][i % 3] * get(c.k, b, t, h * kSize) +
                               faded[1][i % 3] * get(c.k, b, t, h * kSize + 1);
          written = get(c.beta, b, t, c.beta.dim(2) == 1 ? 0 : h) * (written - known);
        }
        s[i / 3][i % 3] = faded[i / 3][i % 3] + get(c.k, b, t, h * kSize + i / 3) * written;
      }
      for (std::size_t n = h * c.shared; n < (h + 1) * c.shared; ++n) {
        for (std::size_t j = 0; j < kValueSize; ++j) {
          const double read =
              get(c.q, b, t, n * kSize) * s[0][j] + get(c.q, b, t, n * kSize + 1) * s[1][j];
          y[((b * kTokens + t) * queries + n) * kValueSize + j] =
              static_cast<float>(c.scale * read);
        }
      }
    }
    for (std::size_t i = 0; i < 6; ++i) states.push_back(static_cast<float>(s[i / 3][i % 3]));
  }
  return {y, states};
}

Attributes attributes_of(const Case& c) {
  return {{"update_rule", c.rule},
          {"kv_num_heads", static_cast<Int>(c.heads)},
          {"q_num_heads", static_cast<Int>(c.heads * c.shared)}};
}

void expect_same(const Case& c) {
  SCOPED_TRACE(c.rule);
  const auto got =
      run_op("LinearAttention", {c.q, c.k, c.v, c.past, c.decay, c.beta}, attributes_of(c), 2);
  const auto [y, state] = naive(c);
  expect_close(got[0], y, 1e-6F);
  ASSERT_EQ(got[1].shape(), (Shape{2, 2, 2, 3}));
  expect_close(got[1], state, 1e-6F);
}

TEST(LinearAttention, FollowsEveryRule) {
  for (const char* rule : {"linear", "gated", "delta", "gated_delta"}) {
    for (const std::size_t shared : {1U, 3U}) {
      expect_same(make_case(rule, shared, false, false));
      expect_same(make_case(rule, shared, true, true));
    }
  }
}

TEST(LinearAttention, StartsFromZerosAndScales) {
  Case c = make_case("gated_delta", 2, true, false);
  c.past = {};
  c.scale = 0.125;
  Attributes attributes = attributes_of(c);
  attributes.emplace("scale", 0.125F);
  const auto got = run_op("LinearAttention", {c.q, c.k, c.v, {}, c.decay, c.beta}, attributes, 2);
  const auto [y, state] = naive(c);
  expect_close(got[0], y, 1e-6F);
  expect_close(got[1], state, 1e-6F);
}

TEST(LinearAttention, TheStateHasATypeOfItsOwn) {
  Case c = make_case("linear", 1, false, false);
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16}) {
    const DType type = dtype_of(kind);
    Case rounded = c;
    for (Tensor* t : {&rounded.q, &rounded.k, &rounded.v}) *t = t->cast(type);
    const auto got = run_op("LinearAttention", {rounded.q, rounded.k, rounded.v, rounded.past},
                            attributes_of(c), 2);
    EXPECT_EQ(got[0].kind(), kind);
    EXPECT_EQ(got[1].kind(), ElementKind::f32);
    const auto [y, state] = naive(rounded);
    expect_close(got[0], y, kind == ElementKind::f16 ? 0x1p-11F : 0x1p-8F);
    expect_close(got[1], state, 1e-6F);
  }
}

TEST(LinearAttention, SymbolsAndCost) {
  const Dim b = Dim::symbol("B");
  const Dim t = Dim::symbol("T");
  const auto f = [](SymShape shape) { return typed(ElementKind::f32, std::move(shape)); };
  const Attributes heads = {{"q_num_heads", Int{8}}, {"kv_num_heads", Int{2}}};
  const std::vector<ValueType> types = {f({b, t, 512}), f({b, t, 128}), f({b, t, 64})};
  EXPECT_EQ(to_string(infer_op("LinearAttention", types, heads)), "[B,T,256]");
  EXPECT_EQ(to_string(infer_op("LinearAttention", types, heads, 1)), "[B,2,64,32]");
  OneNode one(
      "LinearAttention",
      std::vector<ValueType>{f({2, 3, 8}), f({2, 3, 4}), f({2, 3, 6}), {}, {}, f({2, 3, 2})},
      {{"q_num_heads", Int{4}}, {"kv_num_heads", Int{2}}, {"update_rule", std::string("delta")}}, 1,
      "");
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs, 2 * 3 * (2 * 2 + 4) * 2 * 3);
}

TEST(LinearAttention, GatesAndSizesThatDoNotFitAreCorrupt) {
  const Case good = make_case("gated_delta", 2, true, false);
  const auto run = [](const Case& c, Int q_heads = 4, Int kv_heads = 2) {
    return fault_of([&] {
      run_unchecked("LinearAttention", {c.q, c.k, c.v, c.past, c.decay, c.beta},
                    {{"update_rule", c.rule}, {"q_num_heads", q_heads}, {"kv_num_heads", kv_heads}},
                    2);
    });
  };
  const auto changed = [&](Tensor Case::*member, Tensor value) {
    Case c = good;
    c.*member = std::move(value);
    return run(c);
  };
  EXPECT_EQ(run(good, 3), Fault::corrupt);
  EXPECT_EQ(run(good, 4, 0), Fault::corrupt);
  EXPECT_EQ(changed(&Case::q, noise({2, 3, 12})), Fault::corrupt);
  EXPECT_EQ(changed(&Case::k, noise({2, 4, 4})), Fault::corrupt);
  EXPECT_EQ(changed(&Case::v, noise({1, 3, 6})), Fault::corrupt);
  EXPECT_EQ(changed(&Case::v, noise({2, 3, 5})), Fault::corrupt);
  EXPECT_EQ(changed(&Case::v, noise({2, 2, 3, 3})), Fault::corrupt);
  EXPECT_EQ(changed(&Case::past, noise({2, 2, 3, 2})), Fault::corrupt);
  EXPECT_EQ(changed(&Case::decay, noise({2, 3, 6})), Fault::corrupt);
  EXPECT_EQ(changed(&Case::decay, {}), Fault::corrupt);
  EXPECT_EQ(changed(&Case::beta, noise({2, 3, 4})), Fault::corrupt);
  EXPECT_EQ(changed(&Case::beta, {}), Fault::corrupt);
  Case linear = good;
  linear.rule = "linear";
  EXPECT_EQ(run(linear), Fault::corrupt);  // gates of another rule
  linear.rule = "other";
  EXPECT_EQ(run(linear), Fault::corrupt);
}

TEST(LinearAttention, ContribFormMayHaveFewerQueries) {
  const Case c = make_case("gated_delta", 1, true, false);
  Tensor twice(ElementKind::f32, {2, 3, 4});  // one query, for both heads of keys
  const Tensor one = noise({2, 3, 2}, 7);
  for (std::size_t i = 0; i < 24; ++i) {
    twice.mutable_data<float>()[i] = one.data<float>()[i / 4 * 2 + i % 2];
  }
  const std::vector<Tensor> rest = {c.k, c.v, c.past, c.decay, c.beta};
  const auto run = [&](const Tensor& q, Int heads, const char* domain) {
    return run_op("LinearAttention", {q, rest[0], rest[1], rest[2], rest[3], rest[4]},
                  {{"q_num_heads", heads}, {"kv_num_heads", Int{2}}}, 2, domain);
  };
  const auto want = run(twice, 2, "");
  const auto got = run(one, 1, "com.microsoft");
  ASSERT_EQ(got[0].shape(), (Shape{2, 3, 6}));
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(identical(got[i], want[i])) << i;
  EXPECT_EQ(fault_of([&] { run(one, 1, ""); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_op("LinearAttention", {c.q, c.k, c.v, c.past, c.decay, c.beta},
                     {{"q_num_heads", Int{2}}, {"kv_num_heads", Int{2}}, {"state_window", Int{1}}},
                     2, "com.microsoft");
            }),
            Fault::unsupported);
}

}  // namespace
}  // namespace pare
