#include "ops/quantized.hpp"

namespace pare {
namespace {

double at(const Tensor& t, std::size_t i) { return static_cast<double>(t.data<float>()[i]); }

const Tensor kX = noise({2, 3, 4}, 1);
const Tensor kW = noise({4, 16}, 2);  // q and k of 2 x 3, v of 2 x 2
const Tensor kBias = noise({16}, 3);
const Attributes kAttributes = {{"num_heads", Int{2}}, {"qkv_hidden_sizes", Ints{6, 6, 4}}};

double projected(std::size_t token, std::size_t column) {
  double sum = at(kBias, column);
  for (std::size_t i = 0; i < 4; ++i) sum += at(kX, token * 4 + i) * at(kW, i * 16 + column);
  return sum;
}

/// The output [2, 3, 4] by the definition, with what is added to the score of (b, s, t).
std::vector<float> naive(const std::function<double(std::size_t, std::size_t, std::size_t)>& add) {
  std::vector<float> y;
  for (std::size_t i = 0; i < 24; ++i) {
    const std::size_t b = i / 12;
    const std::size_t s = i / 4 % 3;
    const std::size_t n = i / 2 % 2;
    double total = 0;
    double sum = 0;
    for (std::size_t t = 0; t < 3; ++t) {
      double score = 0;
      for (std::size_t e = 0; e < 3; ++e) {
        score += projected(b * 3 + s, n * 3 + e) * projected(b * 3 + t, 6 + n * 3 + e);
      }
      const double weight = std::exp(score / std::sqrt(3.0) + add(b, s, t));
      total += weight;
      sum += weight * projected(b * 3 + t, 12 + n * 2 + i % 2);
    }
    y.push_back(static_cast<float>(sum / total));
  }
  return y;
}

TEST(ContribAttention, ProjectsAndAttends) {
  const Tensor y = run_contrib("Attention", {kX, kW, kBias}, kAttributes)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3, 4}));
  expect_close(y, naive([](std::size_t, std::size_t, std::size_t) { return 0.0; }), 1e-6F);
}

TEST(ContribAttention, MasksByEndsAndByStarts) {
  const auto want = naive([](std::size_t b, std::size_t, std::size_t t) {
    return (b == 0 && t == 2) || (b == 1 && t == 0) ? -10000.0 : 0.0;
  });
  const Tensor range = Tensor::of<std::int32_t>({4}, {2, 3, 0, 1});
  expect_close(run_contrib("Attention", {kX, kW, kBias, range}, kAttributes)[0], want, 1e-6F);
  const Tensor flags = Tensor::of<std::int32_t>({2, 3}, {1, 1, 0, 0, 1, 1});
  expect_close(run_contrib("Attention", {kX, kW, kBias, flags}, kAttributes)[0], want, 1e-6F);
}

TEST(ContribAttention, UnidirectionalSeesNothingLater) {
  Attributes attributes = kAttributes;
  attributes.emplace("unidirectional", Int{1});
  expect_close(run_contrib("Attention", {kX, kW, kBias}, attributes)[0],
               naive([](std::size_t, std::size_t s, std::size_t t) { return t > s ? -1e30 : 0.0; }),
               1e-6F);
}

// Token by token with the state of before is the same as all tokens at once.
TEST(ContribAttention, StepsWithAPastAreTheWhole) {
  const Tensor w = noise({4, 12}, 5);
  const Tensor bias = noise({12}, 6);
  const Tensor whole = noise({1, 3, 4}, 7);
  const Attributes attributes = {{"num_heads", Int{2}}, {"unidirectional", Int{1}}};
  const Tensor want = run_contrib("Attention", {whole, w, bias}, attributes)[0];
  Tensor past(ElementKind::f32, {2, 1, 2, 0, 2});
  for (std::size_t s = 0; s < 3; ++s) {
    const auto all = whole.data<float>();
    const Tensor token =
        Tensor::of<float>({1, 1, 4}, {all[s * 4], all[s * 4 + 1], all[s * 4 + 2], all[s * 4 + 3]});
    const auto got = run_contrib("Attention", {token, w, bias, {}, past}, attributes, 2);
    past = got[1];
    EXPECT_EQ(past.shape(), (Shape{2, 1, 2, static_cast<Int>(s) + 1, 2}));
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(at(got[0], i), at(want, s * 4 + i), 1e-6) << s;  // the state is rounded to f32
    }
  }
}

TEST(ContribAttention, WrongShapesAndWhatIsNotThereAreFaults) {
  const auto run = [](const std::vector<Tensor>& inputs, const Attributes& attributes) {
    return fault_of([&] { run_contrib("Attention", inputs, attributes); });
  };
  EXPECT_EQ(run({kX, noise({5, 16}), kBias}, kAttributes), Fault::corrupt);
  EXPECT_EQ(run({kX, kW, noise({15})}, kAttributes), Fault::corrupt);
  EXPECT_EQ(run({kX, kW, kBias}, {{"num_heads", Int{2}}}), Fault::corrupt);  // 16 / 3
  EXPECT_EQ(run({kX, kW, kBias}, {{"num_heads", Int{2}}, {"qkv_hidden_sizes", Ints{6, 4, 6}}}),
            Fault::corrupt);
  EXPECT_EQ(run({kX, kW, kBias}, {{"num_heads", Int{4}}, {"qkv_hidden_sizes", Ints{6, 6, 4}}}),
            Fault::corrupt);
  EXPECT_EQ(run({kX, kW, kBias, {}, noise({2, 1, 2, 1, 3})}, kAttributes), Fault::corrupt);
  Attributes rotary = kAttributes;
  rotary.emplace("do_rotary", Int{1});
  EXPECT_EQ(run({kX, kW, kBias}, rotary), Fault::unsupported);
}

TEST(ContribAttention, SymbolsAndCost) {
  const std::vector<ValueType> types = {
      typed(ElementKind::f32, {Dim::symbol("B"), Dim::symbol("S"), 4}),
      typed(ElementKind::f32, {4, 12}),
      {},
      {},
      typed(ElementKind::f32, {2, Dim::symbol("B"), 2, Dim::symbol("P"), 2})};
  EXPECT_EQ(to_string(infer_op("Attention", types, {{"num_heads", Int{2}}}, 0, kMicrosoft)),
            "[B,S,4]");
  EXPECT_EQ(to_string(infer_op("Attention", types, {{"num_heads", Int{2}}}, 1, kMicrosoft)),
            "[2,B,2,S+P,2]");
  OneNode one("Attention", {kX, kW, kBias}, kAttributes, 1, kMicrosoft);
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs,
            2 * 3 * 4 * 16 + 2 * 2 * 3 * 3 * (3 + 2));
}

}  // namespace
}  // namespace pare
