#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

class QLinearMul : public testing::TestWithParam<ElementKind> {};

// Powers of two as scales: every sum and product is exact, and ties do occur.
TEST_P(QLinearMul, IsTheQuantizedResultOfRealValues) {
  const ElementKind kind = GetParam();
  const int za = kind == u8 ? 120 : -3;
  const Tensor a = code_noise(kind, {2, 3, 5}, 1);
  const Tensor b = code_noise(kind, {3, 1}, 2);
  const Tensor y =
      run_contrib("QLinearMul", {a, one_float(0.25F), one_code(kind, za), b, one_float(0.125F),
                                 one_code(kind, 7), one_float(0.5F), one_code(kind, 9)})[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3, 5}));
  EXPECT_EQ(y.kind(), kind);
  const auto ra = real_values(a, 0.25, za);
  const auto rb = real_values(b, 0.125, 7);
  expect_codes(y, 0.5, 9, [&](std::size_t i) { return ra[i] * rb[i / 5 % 3]; });
}

INSTANTIATE_TEST_SUITE_P(Types, QLinearMul, testing::Values(u8, i8));

TEST(QLinearMul, ZeroPointsAreZeroWhenOmitted) {
  const Tensor a = codes(u8, {3}, {1, 2, 200});
  const Tensor y =
      run_contrib("QLinearMul", {a, one_float(1), {}, a, one_float(1), {}, one_float(2)})[0];
  expect_codes(y, 2, 0, [&](std::size_t i) {
    const auto v = static_cast<double>(a.to_ints()[i]);
    return v * v;
  });
}

TEST(QLinearMul, BroadcastsShapes) {
  const SymShape n = {Dim::symbol("N"), 4};
  const SymShape y = infer_op("QLinearMul",
                              {typed(i8, n), typed(f32, {}), typed(i8, {}), typed(i8, {4}),
                               typed(f32, {}), typed(i8, {}), typed(f32, {}), typed(i8, {})},
                              {}, 0, kMicrosoft);
  EXPECT_EQ(to_string(y), "[N,4]");
}

TEST(QLinearMul, WrongShapesAreCorrupt) {
  const Tensor s = one_float(1);
  const Tensor z = one_code(u8, 0);
  const auto run = [&](const Tensor& a, const Tensor& b, const Tensor& scale) {
    return fault_of([&] { run_contrib("QLinearMul", {a, scale, z, b, s, z, s, z}); });
  };
  EXPECT_EQ(run(codes(u8, {2}, {1, 2}), codes(u8, {3}, {1, 2, 3}), s), Fault::corrupt);
  EXPECT_EQ(run(codes(u8, {2}, {1, 2}), codes(u8, {2}, {1, 2}), ramp({2}, 1)), Fault::corrupt);
}

}  // namespace
}  // namespace pare
