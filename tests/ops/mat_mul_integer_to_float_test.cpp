#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(MatMulIntegerToFloat, IsTheProductOfRealValuesPlusBias) {
  const Tensor a = code_noise(u8, {2, 3, 7}, 1);
  const Tensor b = code_noise(i8, {7, 2}, 2);
  const Tensor y = run_contrib(
      "MatMulIntegerToFloat",
      {a, b, one_float(0.5F), Tensor::of<float>({2}, {0.25F, 0.125F}), one_code(u8, 120),
       codes(i8, {2}, {3, -4}), Tensor::of<float>({2}, {10, -20})})[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3, 2}));
  const auto x = a.to_ints();
  const auto w = b.to_ints();
  std::vector<float> want;
  for (std::size_t i = 0; i < 12; ++i) {
    const std::size_t n = i % 2;
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < 7; ++k)
      sum += (x[i / 2 * 7 + k] - 120) * (w[k * 2 + n] - (n == 0 ? 3 : -4));
    want.push_back(static_cast<float>(sum) * 0.5F * (n == 0 ? 0.25F : 0.125F) +
                   (n == 0 ? 10.0F : -20.0F));
  }
  expect_close(y, want, 0);  // all numbers are multiples of 1/16 below 2^20
}

TEST(MatMulIntegerToFloat, OneColumnScalePerMatrixAndNoZeroPoints) {
  const Tensor a = codes(i8, {2, 1, 2}, {1, 2, 3, 4});
  const Tensor b = codes(i8, {2, 2, 1}, {5, 6, 7, 8});
  const Tensor y = run_contrib("MatMulIntegerToFloat",
                               {a, b, one_float(1), Tensor::of<float>({2, 1, 1}, {1, 10})})[0];
  expect_close(y, {17, 530}, 0);
}

TEST(MatMulIntegerToFloat, WrongShapesAreCorrupt) {
  const Tensor a = codes(u8, {2, 2}, {1, 2, 3, 4});
  const auto run = [&](const Tensor& b, const Tensor& a_scale, const Tensor& b_scale,
                       const Tensor& bias) {
    return fault_of([&] {
      run_contrib("MatMulIntegerToFloat", {a, b, a_scale, b_scale, {}, {}, bias});
    });
  };
  const Tensor one = one_float(1);
  EXPECT_EQ(run(codes(u8, {3, 1}, {1, 2, 3}), one, one, {}), Fault::corrupt);
  EXPECT_EQ(run(a, ramp({2}, 1), one, {}), Fault::corrupt);
  EXPECT_EQ(run(a, one, ramp({3}, 1), {}), Fault::corrupt);
  EXPECT_EQ(run(a, one, one, ramp({3})), Fault::corrupt);
}

}  // namespace
}  // namespace pare
