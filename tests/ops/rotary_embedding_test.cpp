#include <complex>

#include "ops/gradient_test.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

double angle(std::size_t position, std::size_t k) {
  return 0.3 * static_cast<double>(position) / static_cast<double>(k + 1);
}

Tensor cache(std::size_t columns, double (*f)(double)) {
  std::vector<float> values;
  for (std::size_t p = 0; p < 8; ++p) {
    for (std::size_t k = 0; k < columns; ++k) {
      values.push_back(static_cast<float>(f(angle(p, k))));
    }
  }
  return Tensor::of<float>({8, static_cast<std::int64_t>(columns)}, values);
}
double cosine(double x) { return std::cos(x); }
double sine(double x) { return std::sin(x); }

/// One head turned as complex numbers.
std::vector<double> turn(std::vector<double> head, std::size_t turned, std::size_t position,
                         bool interleaved) {
  const std::size_t half = turned / 2;
  for (std::size_t k = 0; k < half; ++k) {
    double& re = head[interleaved ? 2 * k : k];
    double& im = head[interleaved ? 2 * k + 1 : half + k];
    const auto z = std::complex<double>(re, im) * std::polar(1.0, angle(position, k));
    re = z.real();
    im = z.imag();
  }
  return head;
}

/// x [2, 3, 2 heads * 6] against the definition; positions by (batch, token).
void expect_turned(const Tensor& y, const Tensor& x, std::size_t turned, bool interleaved,
                   const std::vector<std::size_t>& positions) {
  ASSERT_EQ(y.shape(), x.shape());
  std::vector<float> want;
  for (std::size_t head = 0; head < 12; ++head) {
    std::vector<double> v;
    for (std::size_t k = 0; k < 6; ++k) v.push_back(x.to_doubles()[head * 6 + k]);
    for (const double w : turn(v, turned, positions[head / 2], interleaved)) {
      want.push_back(static_cast<float>(w));
    }
  }
  expect_close(y, want, 1e-6F);
}

const Tensor kX = noise({2, 3, 12}, 1);
const Tensor kPositions = Tensor::of<std::int64_t>({2, 3}, {0, 5, 1, 7, 2, 2});
const std::vector<std::size_t> kPlaces = {0, 5, 1, 7, 2, 2};

TEST(RotaryEmbedding, TurnsPairsOfHalves) {
  const Tensor y =
      run_contrib("RotaryEmbedding", {kX, kPositions, cache(3, cosine), cache(3, sine)})[0];
  expect_turned(y, kX, 6, false, kPlaces);
}

TEST(RotaryEmbedding, TurnsNeighbours) {
  const Tensor y =
      run_contrib("RotaryEmbedding", {kX, kPositions, cache(3, cosine), cache(3, sine)},
                  {{"interleaved", Int{1}}})[0];
  expect_turned(y, kX, 6, true, kPlaces);
}

TEST(RotaryEmbedding, LeavesTheRestOfAHead) {
  const Tensor y =
      run_contrib("RotaryEmbedding", {kX, kPositions, cache(2, cosine), cache(2, sine)},
                  {{"num_heads", Int{2}}, {"rotary_embedding_dim", Int{4}}})[0];
  expect_turned(y, kX, 4, false, kPlaces);
}

TEST(RotaryEmbedding, OnePositionIsThatOfTheFirstToken) {
  const Tensor y = run_contrib("RotaryEmbedding", {kX, Tensor::of<std::int64_t>({1}, {3}),
                                                   cache(3, cosine), cache(3, sine)})[0];
  expect_turned(y, kX, 6, false, {3, 4, 5, 3, 4, 5});
}

TEST(RotaryEmbedding, HeadsMayComeBeforeTokens) {
  const Tensor x = noise({1, 2, 3, 6}, 2);  // [B, heads, T, head]
  const Tensor y = run_contrib("RotaryEmbedding", {x, Tensor::of<std::int64_t>({1, 3}, {4, 0, 6}),
                                                   cache(3, cosine), cache(3, sine)})[0];
  ASSERT_EQ(y.shape(), x.shape());
  const std::size_t places[] = {4, 0, 6};
  std::vector<float> want;
  for (std::size_t i = 0; i < 6; ++i) {
    std::vector<double> v;
    for (std::size_t k = 0; k < 6; ++k) v.push_back(x.to_doubles()[i * 6 + k]);
    for (const double w : turn(v, 6, places[i % 3], false)) want.push_back(static_cast<float>(w));
  }
  expect_close(y, want, 1e-6F);
}

TEST(RotaryEmbedding, TheStandardFormTakesPositionsLast) {
  for (const Int interleaved : {0, 1}) {
    const Tensor y = run_op("RotaryEmbedding", {kX, cache(3, cosine), cache(3, sine), kPositions},
                            {{"num_heads", Int{2}}, {"interleaved", interleaved}})[0];
    expect_turned(y, kX, 6, interleaved != 0, kPlaces);
  }
  const Tensor part = run_op("RotaryEmbedding", {kX, cache(2, cosine), cache(2, sine), kPositions},
                             {{"num_heads", Int{2}}, {"rotary_embedding_dim", Int{4}}})[0];
  expect_turned(part, kX, 4, false, kPlaces);
}

TEST(RotaryEmbedding, TheStandardFormTakesAnglesPerToken) {
  const auto rows = [](double (*f)(double)) {
    const Tensor all = cache(3, f);
    std::vector<float> picked;
    for (const std::size_t place : kPlaces) {
      for (std::size_t k = 0; k < 3; ++k) picked.push_back(all.data<float>()[place * 3 + k]);
    }
    return Tensor::of<float>({2, 3, 3}, picked);
  };
  expect_turned(
      run_op("RotaryEmbedding", {kX, rows(cosine), rows(sine)}, {{"num_heads", Int{2}}})[0], kX, 6,
      false, kPlaces);
  EXPECT_EQ(to_string(infer_op("RotaryEmbedding",
                               {typed(ElementKind::bf16, {Dim::symbol("B"), 8, 7, 64}),
                                typed(ElementKind::bf16, {}), typed(ElementKind::bf16, {})})),
            "[B,8,7,64]");
}

TEST(RotaryEmbedding, WrongShapesOfTheStandardFormAreCorrupt) {
  const auto run = [](const std::vector<Tensor>& inputs, const Attributes& attributes) {
    return fault_of([&] { run_op("RotaryEmbedding", inputs, attributes); });
  };
  const Attributes two = {{"num_heads", Int{2}}};
  const Tensor c = noise({8, 3});
  EXPECT_EQ(run({kX, c, c, kPositions}, {}), Fault::corrupt);
  EXPECT_EQ(run({kX, c, c, kPositions}, {{"num_heads", Int{5}}}), Fault::corrupt);
  EXPECT_EQ(run({kX, noise({8, 1}), noise({8, 1}), kPositions},
                {{"num_heads", Int{5}}, {"rotary_embedding_dim", Int{2}}}),
            Fault::corrupt);
  EXPECT_EQ(run({kX, c, c}, two), Fault::corrupt);
  EXPECT_EQ(run({kX, noise({2, 3, 2}), noise({2, 3, 2})}, two), Fault::corrupt);
  EXPECT_EQ(run({kX, c, noise({8, 2}), kPositions}, two), Fault::corrupt);
  EXPECT_EQ(run({kX, noise({2, 3, 3}), noise({2, 3, 3}), kPositions}, two), Fault::corrupt);
  EXPECT_EQ(run({kX, c, c, Tensor::of<std::int64_t>({1, 1}, {0})}, two), Fault::corrupt);
  EXPECT_EQ(run({kX, noise({5, 3}), noise({5, 3}), kPositions}, two), Fault::corrupt);
}

TEST(RotaryEmbedding, WrongShapesAndPositionsAreCorrupt) {
  const auto run = [](const Shape& x, const Tensor& positions, const Shape& sin,
                      const Attributes& attributes) {
    return fault_of([&] {
      run_contrib("RotaryEmbedding", {noise(x), positions, noise({8, 3}), noise(sin)}, attributes);
    });
  };
  const Tensor one = Tensor::of<std::int64_t>({1}, {0});
  EXPECT_EQ(run({2, 12}, one, {8, 3}, {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 10}, one, {8, 3}, {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 12}, one, {8, 2}, {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 12}, kPositions, {8, 3}, {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 12}, Tensor::of<std::int64_t>({1}, {7}), {8, 3}, {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 12}, Tensor::of<std::int64_t>({1}, {-1}), {8, 3}, {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 12}, one, {8, 3}, {{"rotary_embedding_dim", Int{4}}}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 12}, one, {8, 3}, {{"scale", 2.0F}}), Fault::unsupported);
}

TEST(RotaryEmbedding, EmptyTensorsMayHaveLargeSizes) {
  const std::int64_t most = std::int64_t{1} << 12;
  const Tensor x(ElementKind::f32, {most, most, 0});
  EXPECT_EQ(run_contrib("RotaryEmbedding", {x, Tensor::of<std::int64_t>({1}, {0}), cache(3, cosine),
                                            cache(3, sine)})[0]
                .shape(),
            x.shape());
}

TEST(RotaryEmbedding, GradientMatchesCentralDifferences) {
  const std::vector<Tensor> inputs = {noise({2, 3, 8}), ints({1}), noise({5, 2}, 2),
                                      noise({5, 2}, 3)};
  for (const Int interleaved : {0, 1}) {
    expect_gradient(
        "RotaryEmbedding", inputs,
        {{"interleaved", interleaved}, {"num_heads", Int{2}}, {"rotary_embedding_dim", Int{4}}},
        {.domain = "com.microsoft", .frozen = {2, 3}});
  }
}

}  // namespace
}  // namespace pare
