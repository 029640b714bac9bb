#include "ops/elementwise.hpp"

namespace pare {
namespace {

/// Determinant of [n, n] by expansion along the first row.
double laplace(const std::vector<double>& m, std::size_t n) {
  if (n == 0) return 1;
  double sum = 0;
  for (std::size_t c = 0; c < n; ++c) {
    std::vector<double> minor;
    for (std::size_t i = n; i < n * n; ++i) {
      if (i % n != c) minor.push_back(m[i]);
    }
    sum += (c % 2 == 0 ? 1 : -1) * m[c] * laplace(minor, n - 1);
  }
  return sum;
}

std::vector<float> naive(const std::vector<double>& m, std::size_t n) {
  std::vector<float> out;
  for (std::size_t at = 0; at < n * n; ++at) {
    std::vector<double> minor;
    for (std::size_t i = 0; i < n * n; ++i) {
      if (i / n != at / n && i % n != at % n) minor.push_back(m[i]);
    }
    const double sign = (at / n + at % n) % 2 == 0 ? 1 : -1;
    out.push_back(static_cast<float>(sign * laplace(minor, n - 1)));
  }
  return out;
}

void check(const Tensor& x) {
  expect_close(run_op("Cofactor", {x}, {}, 1, "pare")[0],
               naive(x.to_doubles(), static_cast<std::size_t>(x.shape().back())), 1e-6F);
}

TEST(Cofactor, SignedMinorsOfRegularMatrices) {
  for (const std::int64_t n : {1, 2, 3, 4, 5}) check(noise({n, n}, static_cast<unsigned>(n)));
}

TEST(Cofactor, SignedMinorsOfSingularMatrices) {
  check(Tensor::of<float>({1, 1}, {0}));
  check(Tensor::of<float>({2, 2}, {1, 2, 2, 4}));
  check(Tensor::of<float>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  check(Tensor::of<float>({3, 3}, {0, 0, 0, 1, 2, 3, 4, 5, 7}));
  check(Tensor::of<float>({3, 3}, {1, 2, 3, 2, 4, 6, 3, 6, 9}));  // rank 1: zeros
  check(Tensor(ElementKind::f32, {4, 4}));
}

TEST(Cofactor, BatchesTypesAndRefusals) {
  const Tensor x = Tensor::of<float>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  expect_close(run_op("Cofactor", {x}, {}, 1, "pare")[0], {4, -3, -2, 1, 8, -7, -6, 5}, 1e-6F);
  EXPECT_EQ(run_op("Cofactor", {x.cast(dtype_of(ElementKind::bf16))}, {}, 1, "pare")[0].kind(),
            ElementKind::bf16);
  EXPECT_EQ(run_op("Cofactor", {Tensor(ElementKind::f32, {2, 0, 0})}, {}, 1, "pare")[0].size(), 0);
  EXPECT_EQ(fault_of([] { run_op("Cofactor", {noise({2, 3})}, {}, 1, "pare"); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("Cofactor", {noise({3})}, {}, 1, "pare"); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
