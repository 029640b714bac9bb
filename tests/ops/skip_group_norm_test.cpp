#include "ops/quantized.hpp"

namespace pare {
namespace {

const Tensor kX = noise({2, 3, 1, 4}, 1);
const Tensor kGamma = noise({4}, 2);
const Tensor kBeta = noise({4}, 3);
const Tensor kBias = noise({4}, 4);
const Attributes kOptions = {{"groups", Int{2}}, {"activation", Int{0}}};

double at(const Tensor& t, std::size_t i) { return static_cast<double>(t.data<float>()[i]); }

/// The sum [2, 3, 1, 4] with its skip by (sample, pixel, channel), and the norm of 2 groups of it.
void expect_same(const std::vector<Tensor>& got,
                 const std::function<double(std::size_t, std::size_t, std::size_t)>& skip) {
  std::vector<double> sum;
  for (std::size_t i = 0; i < 24; ++i) {
    sum.push_back(at(kX, i) + at(kBias, i % 4) + skip(i / 12, i / 4 % 3, i % 4));
  }
  std::vector<float> y;
  for (std::size_t i = 0; i < 24; ++i) {
    double mean = 0;
    double square = 0;
    for (std::size_t k = 0; k < 24; ++k) {
      if (k / 12 != i / 12 || k % 4 / 2 != i % 4 / 2) continue;
      mean += sum[k] / 6;
      square += sum[k] * sum[k] / 6;
    }
    const double root = std::sqrt(square - mean * mean + static_cast<double>(1e-5F));
    y.push_back(static_cast<float>((sum[i] - mean) / root * at(kGamma, i % 4) + at(kBeta, i % 4)));
  }
  expect_close(got[0], y, 2e-6F);
  expect_close(got[1], {sum.begin(), sum.end()}, 1e-6F);
}

TEST(SkipGroupNorm, AddsBeforeItNormalizes) {
  const Tensor whole = noise({2, 3, 1, 4}, 5);
  expect_same(
      run_contrib("SkipGroupNorm", {kX, kGamma, kBeta, whole, kBias}, kOptions, 2),
      [&](std::size_t n, std::size_t p, std::size_t c) { return at(whole, (n * 3 + p) * 4 + c); });
  for (const Shape& shape : {Shape{2, 4}, Shape{2, 1, 1, 4}}) {
    const Tensor sample = noise(shape, 6);
    expect_same(run_contrib("SkipGroupNorm", {kX, kGamma, kBeta, sample, kBias}, kOptions, 2),
                [&](std::size_t n, std::size_t, std::size_t c) { return at(sample, n * 4 + c); });
  }
}

TEST(SkipGroupNorm, SymbolsAndRefusals) {
  const auto f = [](SymShape shape) { return typed(ElementKind::f16, std::move(shape)); };
  const SymShape x = {Dim::symbol("N"), 8, 8, 320};
  for (const std::size_t output : {0U, 1U}) {
    EXPECT_EQ(
        to_string(infer_op("SkipGroupNorm", {f(x), f({320}), f({320}), f(x)},
                           {{"groups", Int{32}}, {"activation", Int{0}}}, output, kMicrosoft)),
        "[N,8,8,320]");
  }
  const auto run = [](const Shape& skip, const Shape& bias) {
    return fault_of([&] {
      run_contrib("SkipGroupNorm", {kX, kGamma, kBeta, noise(skip), noise(bias)}, kOptions);
    });
  };
  EXPECT_EQ(run({2, 3}, {4}), Fault::corrupt);
  EXPECT_EQ(run({1, 3, 1, 4}, {4}), Fault::corrupt);
  EXPECT_EQ(run({2, 4}, {3}), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_contrib("SkipGroupNorm", {noise({2, 4}), kGamma, kBeta, noise({2, 4})}, kOptions);
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
