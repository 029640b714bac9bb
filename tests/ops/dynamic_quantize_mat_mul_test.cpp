#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(DynamicQuantizeMatMul, RoundsAToStepsOfItsRange) {
  // Range -51 .. 204: a step of 1, zero point 51. 2.5 is a tie and goes to the even code.
  const Tensor a = Tensor::of<float>({2, 3}, {-51, 204, 2.5F, 0, 0.4F, 100.6F});
  const Tensor b = codes(i8, {3, 2}, {1, 0, 0, 1, 2, -1});
  const Tensor y = run_contrib(
      "DynamicQuantizeMatMul",
      {a, b, Tensor::of<float>({2}, {0.5F, 2}), {}, Tensor::of<float>({2}, {100, 0})})[0];
  ASSERT_EQ(y.shape(), (Shape{2, 2}));
  // codes less 51: -51, 204, 2 and 0, 0, 101 (2.5 + 51 = 53.5 would tie; 2.5 rounds to 2 first)
  expect_close(y, {(-51 + 4) * 0.5F + 100, (204 - 2) * 2.0F, 202 * 0.5F + 100, -101 * 2.0F}, 0);
}

TEST(DynamicQuantizeMatMul, TheRangeHoldsZero) {
  const Tensor a = Tensor::of<float>({1, 2}, {127.5F, 255});  // 0 .. 255: 127.5 -> 128
  const Tensor b = codes(u8, {2, 1}, {11, 10});
  const Tensor y = run_contrib("DynamicQuantizeMatMul", {a, b, one_float(1), one_code(u8, 10)})[0];
  expect_close(y, {128}, 0);
}

TEST(DynamicQuantizeMatMul, ZerosStayZero) {
  const Tensor a(f32, {2, 2});
  const Tensor b = codes(u8, {2, 1}, {11, 10});
  expect_close(run_contrib("DynamicQuantizeMatMul", {a, b, one_float(1)})[0], {0, 0}, 0);
}

TEST(DynamicQuantizeMatMul, WrongShapesAreCorrupt) {
  const Tensor b = codes(u8, {2, 1}, {11, 10});
  const auto run = [&](const Shape& a, const Tensor& scale, const Tensor& bias) {
    return fault_of([&] { run_contrib("DynamicQuantizeMatMul", {ramp(a), b, scale, {}, bias}); });
  };
  EXPECT_EQ(run({2, 3}, one_float(1), {}), Fault::corrupt);
  EXPECT_EQ(run({2, 2}, ramp({2}, 1), {}), Fault::corrupt);
  EXPECT_EQ(run({2, 2}, one_float(1), ramp({2})), Fault::corrupt);
}

}  // namespace
}  // namespace pare
