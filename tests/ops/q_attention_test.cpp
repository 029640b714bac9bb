#include "ops/attention_oracle.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

constexpr double kScale = 0.01;
constexpr int kZero = 7;

const Tensor kX = code_noise(ElementKind::u8, {2, 3, 4}, 1);
const Tensor kW = code_noise(ElementKind::i8, {4, 12}, 2);
const Tensor kBias = noise({12}, 3);
const Attributes kHeads = {{"num_heads", Int{2}}};

/// Column `column` of the projection of a token, with a scale and a zero point per column.
double projected(std::size_t token, std::size_t column, const std::vector<double>& scales,
                 const std::vector<int>& zeros) {
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const double x = kScale * static_cast<double>(kX.to_ints()[token * 4 + i] - kZero);
    sum += x * static_cast<double>(kW.to_ints()[i * 12 + column] - zeros[column]);
  }
  return sum * scales[column] + kBias.to_doubles()[column];
}

AttentionCase expected(const std::vector<double>& scales, const std::vector<int>& zeros) {
  AttentionCase c{.batch = 2, .heads = 2, .queries = 3, .keys = 3, .size = 2, .value_size = 2};
  const auto part = [scales, zeros](std::size_t first) -> HeadElement {
    return [=](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
      return projected(b * 3 + t, first + n * 2 + e, scales, zeros);
    };
  };
  c.q = part(0);
  c.k = part(4);
  c.v = part(8);
  c.scale = 1 / std::sqrt(2.0);
  return c;
}

TEST(QAttention, ProjectsCodesAndAttends) {
  const Tensor y = run_contrib("QAttention",
                               {kX,
                                kW,
                                kBias,
                                one_float(0.01F),
                                one_float(0.02F),
                                {},
                                one_code(ElementKind::u8, kZero),
                                one_code(ElementKind::i8, -3)},
                               kHeads)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3, 4}));
  const auto c = expected(std::vector<double>(12, 0.02), std::vector<int>(12, -3));
  expect_close(y, attention_oracle(c, true), 2e-6F);
}

TEST(QAttention, ScalesPerColumnMasksAndDirections) {
  std::vector<float> scales;
  std::vector<int> zeros;
  for (int i = 0; i < 12; ++i) {
    scales.push_back(0.01F + 0.002F * static_cast<float>(i));
    zeros.push_back(i - 5);
  }
  auto c = expected(std::vector<double>(scales.begin(), scales.end()), zeros);
  const std::vector<Tensor> inputs = {kX,
                                      kW,
                                      kBias,
                                      one_float(0.01F),
                                      Tensor::of<float>({12}, scales),
                                      Tensor::of<std::int32_t>({2}, {3, 2}),
                                      one_code(ElementKind::u8, kZero),
                                      codes(ElementKind::i8, {12}, zeros)};
  c.add = [](std::size_t b, std::size_t, std::size_t, std::size_t t) {
    return b == 1 && t == 2 ? -10000.0 : 0.0;
  };
  expect_close(run_contrib("QAttention", inputs, kHeads)[0], attention_oracle(c, true), 2e-6F);
  std::vector<Tensor> open = inputs;
  open[5] = {};
  c.add = [](std::size_t, std::size_t, std::size_t s, std::size_t t) {
    return t > s ? -std::numeric_limits<double>::infinity() : 0.0;
  };
  Attributes one_way = kHeads;
  one_way.emplace("unidirectional", Int{1});
  expect_close(run_contrib("QAttention", open, one_way)[0], attention_oracle(c, true), 2e-6F);
}

TEST(QAttention, ThePastComesInFront) {
  const Tensor past = noise({2, 2, 2, 1, 2}, 4);  // keys, then values
  const std::vector<Tensor> inputs = {
      kX, kW,  kBias, one_float(0.01F), one_float(0.02F), {}, one_code(ElementKind::u8, kZero),
      {}, past};
  const auto got = run_contrib("QAttention", inputs, kHeads, 2);
  AttentionCase c = expected(std::vector<double>(12, 0.02), std::vector<int>(12, 0));
  c.keys = 4;
  const auto joined = [&](std::size_t part, const HeadElement& now) -> HeadElement {
    return [&, part, now](std::size_t b, std::size_t n, std::size_t t, std::size_t e) {
      return t == 0 ? past.to_doubles()[((part * 2 + b) * 2 + n) * 2 + e] : now(b, n, t - 1, e);
    };
  };
  c.k = joined(0, c.k);
  c.v = joined(1, c.v);
  expect_close(got[0], attention_oracle(c, true), 2e-6F);
  ASSERT_EQ(got[1].shape(), (Shape{2, 2, 2, 4, 2}));
  for (std::size_t i = 0; i < 64; ++i) {
    const HeadElement& from = i < 32 ? c.k : c.v;
    EXPECT_NEAR(got[1].to_doubles()[i], from(i / 16 % 2, i / 8 % 2, i / 2 % 4, i % 2), 1e-6) << i;
  }
}

TEST(QAttention, SymbolsAndCost) {
  const std::vector<ValueType> types = {
      typed(ElementKind::u8, {Dim::symbol("B"), 5, 4}), typed(ElementKind::i8, {4, 12}),
      typed(ElementKind::f16, {12}), typed(ElementKind::f16, {}), typed(ElementKind::f16, {})};
  EXPECT_EQ(to_string(infer_op("QAttention", types, kHeads, 0, kMicrosoft)), "[B,5,4]");
  EXPECT_EQ(to_string(infer_op("QAttention", types, kHeads, 1, kMicrosoft)), "[2,B,2,5,2]");
  OneNode one("QAttention", {kX, kW, kBias, one_float(1), one_float(1)}, kHeads, 1, kMicrosoft);
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs,
            2 * 3 * 4 * 12 + 2 * 2 * 3 * 3 * (2 + 2));
}

TEST(QAttention, WrongShapesAreFaults) {
  const auto run = [](const Tensor& w, const Tensor& bias, Int heads, const Tensor& scale) {
    return fault_of([&] {
      run_contrib("QAttention", {kX, w, bias, scale, one_float(1)}, {{"num_heads", heads}});
    });
  };
  EXPECT_EQ(run(kW, kBias, 3, one_float(1)), Fault::corrupt);
  EXPECT_EQ(run(kW, kBias, 0, one_float(1)), Fault::corrupt);
  EXPECT_EQ(run(kW, noise({11}), 2, one_float(1)), Fault::corrupt);
  EXPECT_EQ(run(code_noise(ElementKind::i8, {3, 12}, 2), kBias, 2, one_float(1)), Fault::corrupt);
  EXPECT_EQ(run(code_noise(ElementKind::i8, {4, 10}, 2), noise({10}), 1, one_float(1)),
            Fault::corrupt);
  EXPECT_EQ(run(kW, kBias, 2, ramp({3}, 1)), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_contrib("QAttention", {kX, kW, kBias, one_float(1), one_float(1)},
                          {{"num_heads", Int{2}}, {"do_rotary", Int{1}}});
            }),
            Fault::unsupported);
}

}  // namespace
}  // namespace pare
