#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

/// [M, K] x [K, N] of the matrices number `i` of a and `j` of b.
void append_product(const Tensor& a, std::int64_t i, const Tensor& b, std::int64_t j,
                    std::vector<float>& y) {
  const std::int64_t m = a.dim(a.rank() - 2);
  const std::int64_t k = a.dim(a.rank() - 1);
  const std::int64_t n = b.dim(b.rank() - 1);
  const std::vector<double> av = a.to_doubles();
  const std::vector<double> bv = b.to_doubles();
  for (std::int64_t r = 0; r < m; ++r) {
    for (std::int64_t c = 0; c < n; ++c) {
      double sum = 0;
      for (std::int64_t l = 0; l < k; ++l) {
        sum += av.at((i * m + r) * k + l) * bv.at((j * k + l) * n + c);
      }
      y.push_back(static_cast<float>(sum));
    }
  }
}

TEST(MatMul, MatricesAndBatches) {
  const Tensor a = noise({3, 4}, 1);
  const Tensor b = noise({4, 5}, 2);
  std::vector<float> want;
  append_product(a, 0, b, 0, want);
  expect_close(run_op("MatMul", {a, b})[0], want, 2e-7F);
  // [2, 1, 3, 4] x [3, 4, 5] -> [2, 3, 3, 5]
  const Tensor left = noise({2, 1, 3, 4}, 3);
  const Tensor right = noise({3, 4, 5}, 4);
  want.clear();
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t j = 0; j < 3; ++j) append_product(left, i, right, j, want);
  }
  const Tensor y = run_op("MatMul", {left, right})[0];
  EXPECT_EQ(y.shape(), (Shape{2, 3, 3, 5}));
  expect_close(y, want, 2e-7F);
}

TEST(MatMul, VectorsAreRowsOnTheLeftAndColumnsOnTheRight) {
  const Tensor v = Tensor::of<float>({2}, {1, 10});
  const Tensor m = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
  const Tensor dot = run_op("MatMul", {v, v})[0];
  EXPECT_EQ(dot.shape(), Shape{});
  expect_close(dot, {101}, 0);
  expect_close(run_op("MatMul", {v, m})[0], {31, 42}, 0);
  expect_close(run_op("MatMul", {m, v})[0], {21, 43}, 0);
  const Tensor batch = run_op("MatMul", {ramp({2, 2, 2}), v})[0];
  EXPECT_EQ(batch.shape(), (Shape{2, 2}));
  expect_close(batch, {10, 32, 54, 76}, 0);
}

TEST(MatMul, IntegersAreExactAndNarrowFloatsRoundOnce) {
  const Tensor a = Tensor::of<std::int64_t>({1, 2}, {(Int{1} << 53) + 1, 1});
  EXPECT_EQ(run_op("MatMul", {a, Tensor::of<std::int64_t>({2, 1}, {1, 2})})[0].to_ints(),
            (Shape{(Int{1} << 53) + 3}));
  const Tensor wraps = Tensor::of<std::int32_t>({1, 2}, {1 << 30, 1 << 30});
  EXPECT_EQ(run_op("MatMul", {wraps, Tensor::of<std::int32_t>({2, 1}, {1, 1})})[0].to_ints(),
            (Shape{-(Int{1} << 31)}));
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor x = Tensor::of<float>({1, 3}, {2048, 1, -2048}).cast(dtype_of(kind));
    const Tensor ones = Tensor::of<float>({3, 1}, {1, 1, 1}).cast(dtype_of(kind));
    const Tensor y = run_op("MatMul", {x, ones})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {1}, 0);
  }
}

TEST(MatMul, EmptySumsAreZero) {
  const Tensor y =
      run_op("MatMul", {Tensor(ElementKind::f32, {2, 0}), Tensor(ElementKind::f32, {0, 3})})[0];
  expect_close(y, {0, 0, 0, 0, 0, 0}, 0);
}

TEST(MatMul, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("MatMul", {{Dim::symbol("N"), Dim::symbol("T"), 8}, {8, 16}}), "[N,T,16]");
  EXPECT_EQ(shape_text("MatMul", {{Dim::symbol("N"), 1, 4, 8}, {12, 8, 5}}), "[N,12,4,5]");
  EXPECT_EQ(shape_text("MatMul", {{8}, {Dim::symbol("N"), 8, 5}}), "[N,5]");
  EXPECT_EQ(shape_text("MatMul", {{Dim::symbol("N"), 8}, {8}}), "[N]");
  const auto fault = [](const Shape& a, const Shape& b) {
    return fault_of([&] { run_unchecked("MatMul", {ramp(a), ramp(b)}); });
  };
  EXPECT_EQ(fault({2, 3}, {2, 3}), Fault::corrupt);
  EXPECT_EQ(fault({}, {2}), Fault::corrupt);
  EXPECT_EQ(fault({2, 2, 3}, {3, 3, 2}), Fault::corrupt);
  EXPECT_EQ(fault({3}, {2}), Fault::corrupt);
  EXPECT_EQ(fault_of([] { shape_text("MatMul", {{2, 3}, {4, 2}}); }), Fault::corrupt);
}

TEST(MatMul, GradientMatchesCentralDifferences) {
  expect_gradient("MatMul", {noise({2, 3}), noise({3, 4}, 2)});
  expect_gradient("MatMul", {noise({2, 2, 3}), noise({3, 2}, 2)});
  expect_gradient("MatMul", {noise({2, 1, 2, 3}), noise({2, 3, 2}, 2)});
  expect_gradient("MatMul", {noise({3}), noise({3}, 2)});
  expect_gradient("MatMul", {noise({3}), noise({2, 3, 2}, 2)});
  expect_gradient("MatMul", {noise({2, 2, 3}), noise({3}, 2)});
  expect_gradient("MatMul", {noise({2, 3}), noise({2, 3, 2}, 2)});
}

}  // namespace
}  // namespace pare
