#include "ops/gradient_test.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

/// x[index] by strides of a shape.
double at(const Tensor& t, const std::vector<std::size_t>& index) {
  std::size_t flat = 0;
  for (std::size_t i = 0; i < index.size(); ++i) {
    flat = flat * static_cast<std::size_t>(t.dim(i)) + index[i];
  }
  return static_cast<double>(t.data<float>()[flat]);
}

struct Case {
  bool swap_a, swap_b, batch_a, batch_b;
};

class FusedMatMul : public testing::TestWithParam<Case> {};

// B [2, 3] products of [4, 5] and [5, 6]; transBatch has the rows in front: A [4, 2, 3, 5].
TEST_P(FusedMatMul, TransposesAsAsked) {
  const Case c = GetParam();
  const auto shape = [](std::int64_t rows, std::int64_t columns, bool swap, bool batch) -> Shape {
    if (swap) std::swap(rows, columns);
    return batch ? Shape{rows, 2, 3, columns} : Shape{2, 3, rows, columns};
  };
  const Tensor a = noise(shape(4, 5, c.swap_a, c.batch_a), 1);
  const Tensor b = noise(shape(5, 6, c.swap_b, c.batch_b), 2);
  const Tensor y = run_contrib("FusedMatMul", {a, b},
                               {{"alpha", 0.5F},
                                {"transA", Int{c.swap_a ? 1 : 0}},
                                {"transB", Int{c.swap_b ? 1 : 0}},
                                {"transBatchA", Int{c.batch_a ? 1 : 0}},
                                {"transBatchB", Int{c.batch_b ? 1 : 0}}})[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3, 4, 6}));
  const auto element = [](const Tensor& t, std::size_t i, std::size_t j, std::size_t row,
                          std::size_t column, bool swap, bool batch) {
    if (swap) std::swap(row, column);
    return batch ? at(t, {row, i, j, column}) : at(t, {i, j, row, column});
  };
  std::vector<float> want;
  for (std::size_t i = 0; i < 144; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      sum += element(a, i / 72, i / 24 % 3, i / 6 % 4, k, c.swap_a, c.batch_a) *
             element(b, i / 72, i / 24 % 3, k, i % 6, c.swap_b, c.batch_b);
    }
    want.push_back(static_cast<float>(0.5 * sum));
  }
  expect_close(y, want, 1e-6F);
}

INSTANTIATE_TEST_SUITE_P(
    Sides, FusedMatMul,
    testing::Values(Case{false, false, false, false}, Case{true, false, false, false},
                    Case{false, true, false, false}, Case{true, true, true, false},
                    Case{false, false, true, true}, Case{false, true, false, true}));

TEST(FusedMatMulVectors, AreNotTransposed) {
  const Tensor v = ramp({3}, 1);
  expect_close(run_contrib("FusedMatMul", {v, v}, {{"transA", Int{1}}, {"transB", Int{1}}})[0],
               {14}, 0);
  const Tensor m = ramp({3, 2}, 1);
  expect_close(run_contrib("TransposeMatMul", {m, v}, {{"transA", Int{1}}})[0], {22, 28}, 0);
}

TEST(FusedMatMulShapes, WrongOnesAreCorrupt) {
  const auto run = [](const Shape& a, const Shape& b, const Attributes& attributes) {
    return fault_of([&] { run_contrib("FusedMatMul", {noise(a), noise(b)}, attributes); });
  };
  EXPECT_EQ(run({2, 3}, {3, 2}, {{"transA", Int{1}}}), Fault::corrupt);
  EXPECT_EQ(run({2, 3}, {3, 2}, {{"transBatchA", Int{1}}}), Fault::corrupt);
  EXPECT_EQ(run({}, {3, 2}, {}), Fault::corrupt);
}

TEST(FusedMatMulVectors, GradientMatchesCentralDifferences) {
  const GradientOptions contrib = {.domain = "com.microsoft"};
  for (const Int trans : {0, 1}) {
    const Attributes a = {{"transA", trans}, {"transB", 1 - trans}, {"alpha", 0.5F}};
    const Tensor left = noise(trans == 0 ? Shape{2, 2, 3} : Shape{2, 3, 2});
    const Tensor right = noise(trans == 0 ? Shape{4, 3} : Shape{3, 4}, 2);
    expect_gradient("FusedMatMul", {left, right}, a, contrib);
    expect_gradient("TransposeMatMul", {left, right}, a, contrib);
  }
  expect_gradient("FusedMatMul", {noise({2, 2, 3}), noise({3, 2, 4}, 2)},
                  {{"transBatchA", Int{1}}, {"transBatchB", Int{1}}}, contrib);
}

}  // namespace
}  // namespace pare
