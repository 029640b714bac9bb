#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

/// Real values of alpha (A B + C) with scales 0.5 and `w`, by naive loops over [2, 3] x [3, 4].
double naive(const Tensor& a, const Tensor& b, const Tensor& c, bool swap, std::size_t i) {
  const auto x = a.to_ints();
  const auto w = b.to_ints();
  std::int64_t sum = c.valid() ? c.to_ints()[i % 4] : 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const std::size_t ai = swap ? k * 2 + i / 4 : i / 4 * 3 + k;
    const std::size_t bi = swap ? i % 4 * 3 + k : k * 4 + i % 4;
    sum += (x[ai] - 100) * (w[bi] - static_cast<std::int64_t>(i % 4));
  }
  return 0.75 * static_cast<double>(sum) * 0.5 * 0.25 * static_cast<double>(i % 4 + 1);
}

class QGemm : public testing::TestWithParam<bool> {
 protected:
  bool swap = GetParam();
  Tensor a = code_noise(u8, swap ? Shape{3, 2} : Shape{2, 3}, 1);
  Tensor b = code_noise(i8, swap ? Shape{4, 3} : Shape{3, 4}, 2);
  Tensor c = Tensor::of<std::int32_t>({4}, {1000, -500, 3, 0});
  Attributes attributes = {
      {"alpha", 0.75F}, {"transA", Int{swap ? 1 : 0}}, {"transB", Int{swap ? 1 : 0}}};
  std::vector<Tensor> inputs = {a, one_float(0.5F),         one_code(u8, 100),
                                b, ramp({4}, 0.25F, 0.25F), codes(i8, {4}, {0, 1, 2, 3}),
                                c};
};

TEST_P(QGemm, QuantizesWithAScaleOfY) {
  inputs.push_back(one_float(16));
  inputs.push_back(one_code(i8, 5));
  const Tensor y = run_contrib("QGemm", inputs, attributes)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 4}));
  EXPECT_EQ(y.kind(), i8);
  expect_codes(y, 16, 5, [&](std::size_t i) { return naive(a, b, c, swap, i); });
}

TEST_P(QGemm, IsFloatWithout) {
  inputs.pop_back();
  const Tensor y = run_contrib("QGemm", inputs, attributes)[0];
  std::vector<float> want;
  for (std::size_t i = 0; i < 8; ++i) {
    want.push_back(static_cast<float>(naive(a, b, {}, swap, i)));
  }
  expect_close(y, want, 0);
}

INSTANTIATE_TEST_SUITE_P(Transposed, QGemm, testing::Bool());

TEST(QGemmShapes, WrongOnesAreCorrupt) {
  const auto run = [](const Shape& a, const Tensor& b_scale, const Shape& c) {
    return fault_of([&] {
      run_contrib("QGemm", {code_noise(u8, a, 1), one_float(1), one_code(u8, 0),
                            code_noise(u8, {3, 4}, 2), b_scale, one_code(u8, 0), Tensor(i32, c)});
    });
  };
  EXPECT_EQ(run({2, 4}, one_float(1), {4}), Fault::corrupt);
  EXPECT_EQ(run({3}, one_float(1), {4}), Fault::corrupt);
  EXPECT_EQ(run({2, 3}, ramp({3}, 1), {4}), Fault::corrupt);
  EXPECT_EQ(run({2, 3}, one_float(1), {3}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
