#include <complex>

#include "ops/quantized.hpp"

namespace pare {
namespace {

// 2 batches, 2 tokens, heads of 12 values: 6 pairs.
const Tensor kX = noise({2, 2, 24}, 1);
const Tensor kIds = Tensor::of<std::int64_t>({3, 2, 2}, {0, 1, 2, 3,  // time
                                                         4, 5, 6, 7,  // height
                                                         1, 1, 0, 2});
double angle(std::size_t position, std::size_t k) {
  return 0.3 * static_cast<double>(position) / static_cast<double>(k + 1);
}

Tensor cache(bool sines) {
  std::vector<float> values;
  for (std::size_t i = 0; i < 48; ++i) {
    const double a = angle(i / 6, i % 6);
    values.push_back(static_cast<float>(sines ? std::sin(a) : std::cos(a)));
  }
  return Tensor::of<float>({8, 6}, values);
}

/// Turns pair k of every token by the position of stream[k].
std::vector<float> naive(const std::vector<std::size_t>& stream, bool interleaved) {
  std::vector<float> y(96);
  const std::vector<double> x = kX.to_doubles();
  for (std::size_t head = 0; head < 8; ++head) {
    for (std::size_t k = 0; k < 6; ++k) {
      const std::size_t re = head * 12 + (interleaved ? 2 * k : k);
      const std::size_t im = head * 12 + (interleaved ? 2 * k + 1 : 6 + k);
      const auto id = static_cast<std::size_t>(kIds.to_ints()[stream[k] * 4 + head / 2]);
      const auto z = std::complex<double>(x[re], x[im]) * std::polar(1.0, angle(id, k));
      y[re] = static_cast<float>(z.real());
      y[im] = static_cast<float>(z.imag());
    }
  }
  return y;
}

Tensor run(const Ints& sections, Int layout, Int interleaved = 0) {
  return run_contrib(
      "MRotaryEmbedding", {kX, kIds, cache(false), cache(true)},
      {{"mrope_section", sections}, {"mrope_layout", layout}, {"interleaved", interleaved}})[0];
}

TEST(MRotaryEmbedding, SectionsTurnByTheirOwnPositions) {
  expect_close(run({1, 3, 2}, 0), naive({0, 1, 1, 1, 2, 2}, false), 1e-6F);
  expect_close(run({1, 3, 2}, 0, 1), naive({0, 1, 1, 1, 2, 2}, true), 1e-6F);
  expect_close(run({6, 0, 0}, 0), naive({0, 0, 0, 0, 0, 0}, false), 1e-6F);
}

TEST(MRotaryEmbedding, PairsMayTakeTurns) {
  expect_close(run({2, 2, 2}, 1), naive({0, 1, 2, 0, 1, 2}, false), 1e-6F);
  expect_close(run({3, 2, 1}, 1), naive({0, 1, 2, 0, 1, 0}, false), 1e-6F);
}

TEST(MRotaryEmbedding, SymbolsAndWrongSizes) {
  const auto f = [](SymShape shape) { return typed(ElementKind::f16, std::move(shape)); };
  EXPECT_EQ(to_string(infer_op("MRotaryEmbedding",
                               {f({Dim::symbol("B"), 4, Dim::symbol("T"), 12}),
                                typed(ElementKind::i64, {3, Dim::symbol("B"), Dim::symbol("T")}),
                                f({8, 6}), f({8, 6})},
                               {{"mrope_section", Ints{2, 2, 2}}}, 0, kMicrosoft)),
            "[B,4,T,12]");
  const auto fault = [](const Tensor& ids, const Ints& sections, Int layout) {
    return fault_of([&] {
      run_contrib("MRotaryEmbedding", {kX, ids, cache(false), cache(true)},
                  {{"mrope_section", sections}, {"mrope_layout", layout}});
    });
  };
  EXPECT_EQ(fault(kIds, {2, 2, 1}, 0), Fault::corrupt);
  EXPECT_EQ(fault(kIds, {2, 2, 3}, 0), Fault::corrupt);
  EXPECT_EQ(fault(kIds, {3, 3}, 0), Fault::corrupt);
  EXPECT_EQ(fault(kIds, {-1, 4, 3}, 0), Fault::corrupt);
  EXPECT_EQ(fault(kIds, {2, 2, 2}, 2), Fault::corrupt);
  EXPECT_EQ(fault(Tensor(ElementKind::i64, {2, 2}), {2, 2, 2}, 0), Fault::corrupt);
  EXPECT_EQ(fault(Tensor::of<std::int64_t>({3, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 0}),
                  {2, 2, 2}, 0),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
