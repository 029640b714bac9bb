#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(QLinearMatMul, BatchesBroadcastWithOneScaleEach) {
  const Tensor a = code_noise(u8, {2, 1, 3, 5}, 1);
  const Tensor b = code_noise(i8, {4, 5, 2}, 2);
  const Tensor y =
      run_op("QLinearMatMul", {a, one_float(0.5F), one_code(u8, 128), b, one_float(0.0625F),
                               one_code(i8, -7), one_float(8), one_code(i8, 11)})[0];
  ASSERT_EQ(y.shape(), (Shape{2, 4, 3, 2}));
  EXPECT_EQ(y.kind(), i8);
  const auto ra = real_values(a, 0.5, 128);
  const auto rb = real_values(b, 0.0625, -7);
  expect_codes(y, 8, 11, [&](std::size_t i) {
    const std::size_t matrix = i / 6;
    double sum = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      sum += ra[(matrix / 4 * 3 + i / 2 % 3) * 5 + k] * rb[(matrix % 4 * 5 + k) * 2 + i % 2];
    }
    return sum;
  });
}

TEST(QLinearMatMul, RowsOfAAndYAndColumnsOfBHaveScalesOfTheirOwn) {
  const Tensor a = codes(i8, {2, 3}, {1, 2, 3, -4, 5, 6});
  const Tensor b = codes(i8, {3, 2}, {1, 0, 0, 1, 2, -1});
  const Tensor y =
      run_op("QLinearMatMul", {a, Tensor::of<float>({2}, {1, 0.5F}), codes(i8, {2}, {0, 1}), b,
                               Tensor::of<float>({2}, {2, 4}), codes(i8, {2}, {0, -1}),
                               Tensor::of<float>({2}, {1, 0.5F}), codes(i8, {2}, {0, 10})})[0];
  // row 0: (1 + 6) * 2 = 14, (1 * 1 + 2 * 2 + 3 * 0) * 4 = 20
  // row 1 less 1 is -5, 4, 5: (-5 + 10) * 0.5 * 2 = 5, (-5 + 8) * 0.5 * 4 = 6
  EXPECT_EQ(y.to_ints(), (Shape{14, 20, 20, 22}));
}

TEST(QLinearMatMul, ScalesPerMatrix) {
  const Tensor a = codes(u8, {2, 1, 2}, {1, 2, 3, 4});
  const Tensor b = codes(u8, {2, 2, 1}, {1, 1, 1, 1});
  const Tensor y = run_op("QLinearMatMul",
                          {a, Tensor::of<float>({2, 1, 1}, {1, 2}), codes(u8, {2, 1, 1}, {0, 1}), b,
                           Tensor::of<float>({2, 1, 1}, {1, 3}), codes(u8, {2, 1, 1}, {0, 0}),
                           one_float(1), one_code(u8, 0)})[0];
  EXPECT_EQ(y.to_ints(), (Shape{3, 30}));  // 1 + 2; (2 + 3) * 2 * 3
}

TEST(QLinearMatMul, SumsBeyondFloatPrecisionAreExact) {
  // 255 * 255 * 600 + 1 has more bits than float32 keeps: an odd sum, one step above a tie.
  std::vector<int> ones(600, 255);
  ones.push_back(1);
  const Tensor a = codes(u8, {1, 601}, ones);
  const Tensor b = codes(u8, {601, 1}, ones);
  const float half = 255.0F * 255.0F * 600.0F / 100.5F;
  const Tensor y = run_op("QLinearMatMul", {a, one_float(1), one_code(u8, 0), b, one_float(1),
                                            one_code(u8, 0), one_float(half), one_code(u8, 0)})[0];
  const double exact = 255.0 * 255.0 * 600.0 + 1;
  EXPECT_EQ(y.to_ints()[0], code_of(exact, static_cast<double>(half), 0, u8));
}

TEST(QLinearMatMul, WrongShapesAreCorrupt) {
  const auto run = [](const Shape& a, const Shape& b, const Tensor& a_scale,
                      const Tensor& b_scale) {
    return fault_of([&] {
      run_op("QLinearMatMul", {code_noise(u8, a, 1), a_scale, one_code(u8, 0), code_noise(u8, b, 2),
                               b_scale, one_code(u8, 0), one_float(1), one_code(u8, 0)});
    });
  };
  EXPECT_EQ(run({2, 3}, {2, 2}, one_float(1), one_float(1)), Fault::corrupt);
  EXPECT_EQ(run({2, 3}, {3, 2}, ramp({3}, 1), one_float(1)), Fault::corrupt);
  EXPECT_EQ(run({2, 3}, {3, 2}, one_float(1), ramp({3}, 1)), Fault::corrupt);
  EXPECT_EQ(run({}, {3, 2}, one_float(1), one_float(1)), Fault::corrupt);
}

}  // namespace
}  // namespace pare
