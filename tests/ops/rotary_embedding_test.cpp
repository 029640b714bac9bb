#include <complex>

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

}  // namespace
}  // namespace pare
