#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

/// alpha a' b' + beta c with c of shape [M or 1, N or 1] given as its values and steps.
std::vector<float> naive(const Tensor& a, const Tensor& b, bool ta, bool tb, double alpha) {
  const std::vector<double> av = a.to_doubles();
  const std::vector<double> bv = b.to_doubles();
  const std::int64_t m = a.dim(ta ? 1 : 0);
  const std::int64_t k = a.dim(ta ? 0 : 1);
  const std::int64_t n = b.dim(tb ? 0 : 1);
  std::vector<float> y;
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::int64_t l = 0; l < k; ++l) {
        sum += av.at(ta ? l * m + i : i * k + l) * bv.at(tb ? j * k + l : l * n + j);
      }
      y.push_back(static_cast<float>(alpha * sum));
    }
  }
  return y;
}

TEST(Gemm, EveryTransposition) {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const Tensor a = noise(ta ? Shape{4, 3} : Shape{3, 4}, 1);
      const Tensor b = noise(tb ? Shape{5, 4} : Shape{4, 5}, 2);
      const Tensor y =
          run_op("Gemm", {a, b}, {{"transA", Int{ta}}, {"transB", Int{tb}}, {"alpha", 0.5F}})[0];
      EXPECT_EQ(y.shape(), (Shape{3, 5}));
      expect_close(y, naive(a, b, ta, tb, 0.5), 2e-7F);
    }
  }
}

TEST(Gemm, TheSummandBroadcasts) {
  const Tensor a = Tensor::of<float>({2, 1}, {1, 2});
  const Tensor b = Tensor::of<float>({1, 3}, {1, 10, 100});
  const Attributes twice = {{"beta", 2.0F}};
  const auto run = [&](const Shape& shape) {
    return run_op("Gemm", {a, b, ramp(shape, 1)}, twice)[0];
  };
  expect_close(run({}), {3, 12, 102, 4, 22, 202}, 0);
  expect_close(run({1}), {3, 12, 102, 4, 22, 202}, 0);
  expect_close(run({3}), {3, 14, 106, 4, 24, 206}, 0);
  expect_close(run({1, 3}), {3, 14, 106, 4, 24, 206}, 0);
  expect_close(run({2, 1}), {3, 12, 102, 6, 24, 204}, 0);
  expect_close(run({2, 3}), {3, 14, 106, 10, 30, 212}, 0);
  expect_close(run_op("Gemm", {a, b, ramp({3})}, {{"beta", 0.0F}})[0], {1, 10, 100, 2, 20, 200}, 0);
}

TEST(Gemm, IntegersAreExactAndNarrowFloatsRoundOnce) {
  const Tensor a = Tensor::of<std::int64_t>({1, 2}, {(Int{1} << 53) + 1, 1});
  const Tensor b = Tensor::of<std::int64_t>({2, 1}, {1, 2});
  EXPECT_EQ(run_op("Gemm", {a, b})[0].to_ints(), (Shape{(Int{1} << 53) + 3}));
  const Tensor narrow =
      Tensor::of<float>({1, 3}, {2048, 1, -2048}).cast(dtype_of(ElementKind::f16));
  const Tensor ones = Tensor::of<float>({3, 1}, {1, 1, 1}).cast(dtype_of(ElementKind::f16));
  expect_close(run_op("Gemm", {narrow, ones})[0], {1}, 0);
}

TEST(Gemm, NothingToSumGivesTheSummand) {
  const Tensor a(ElementKind::f32, {2, 0});
  const Tensor b(ElementKind::f32, {0, 2});
  expect_close(run_op("Gemm", {a, b, ramp({2})})[0], {0, 1, 0, 1}, 0);
}

TEST(Gemm, SymbolsAndRefusals) {
  const auto shape = [](const SymShape& a, const SymShape& b, const SymShape& c) {
    return to_string(infer_op(
        "Gemm",
        {typed(ElementKind::f32, a), typed(ElementKind::f32, b), typed(ElementKind::f32, c)},
        {{"transB", Int{1}}}));
  };
  EXPECT_EQ(shape({Dim::symbol("N"), 4}, {5, 4}, {5}), "[N,5]");
  EXPECT_EQ(fault_of([&] { shape({1, 4}, {5, 3}, {5}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { shape({1, 4}, {5, 4}, {2, 5}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { shape({1, 4}, {5, 4}, {1, 1, 5}); }), Fault::corrupt);
  const auto fault = [](const Shape& a, const Shape& b, const Shape& c) {
    return fault_of([&] { run_unchecked("Gemm", {ramp(a), ramp(b), ramp(c)}); });
  };
  EXPECT_EQ(fault({2, 3}, {2, 3}, {3}), Fault::corrupt);
  EXPECT_EQ(fault({3}, {3, 2}, {2}), Fault::corrupt);
  EXPECT_EQ(fault({1, 3}, {3, 2}, {3}), Fault::corrupt);
  EXPECT_EQ(fault({1, 3}, {3, 2}, {2, 2}), Fault::corrupt);
}

TEST(Gemm, GradientMatchesCentralDifferences) {
  for (const Int a : {0, 1}) {
    for (const Int b : {0, 1}) {
      const Attributes attributes = {{"transA", a}, {"transB", b}, {"alpha", 0.5F}, {"beta", 2.0F}};
      const Tensor left = noise(a == 0 ? Shape{2, 3} : Shape{3, 2});
      const Tensor right = noise(b == 0 ? Shape{3, 4} : Shape{4, 3}, 2);
      expect_gradient("Gemm", {left, right, noise({2, 1}, 3)}, attributes);
      expect_gradient("Gemm", {left, right, noise({4}, 3)}, attributes);
      expect_gradient("Gemm", {left, right}, attributes);
    }
  }
}

}  // namespace
}  // namespace pare
