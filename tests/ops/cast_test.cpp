#include <cmath>

#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Tensor cast(const Tensor& x, ElementKind to, bool saturate = true) {
  return run_op("Cast", {x},
                {{"to", static_cast<std::int64_t>(to)}, {"saturate", std::int64_t{saturate}}})[0];
}

TEST(Cast, FloatsToIntegersTruncate) {
  const Tensor x = Tensor::of<float>({4}, {-1.75F, -0.5F, 0.5F, 2.99F});
  EXPECT_EQ(cast(x, ElementKind::i32).to_ints(), (Shape{-1, 0, 0, 2}));
  EXPECT_EQ(cast(x, ElementKind::boolean).to_ints(), (Shape{1, 1, 1, 1}));
}

TEST(Cast, IntegersWrap) {
  const Tensor x = Tensor::of<std::int32_t>({3}, {255, 128, -129});
  EXPECT_EQ(cast(x, ElementKind::i8).to_ints(), (Shape{-1, -128, 127}));
  EXPECT_EQ(cast(x, ElementKind::u8).to_ints(), (Shape{255, 128, 127}));
}

TEST(Cast, LargeUnsignedIntegersSurvive) {
  const std::uint64_t large = 0x8000000000000800U;  // 2^63 + 2^11, exact as a double
  const Tensor x = Tensor::of<std::uint64_t>({1}, {large});
  const Tensor wide = cast(x, ElementKind::f64);
  EXPECT_EQ(cast(wide, ElementKind::u64).data<std::uint64_t>()[0], large);
  EXPECT_EQ(cast(x, ElementKind::i64).data<std::int64_t>()[0], static_cast<std::int64_t>(large));
}

TEST(Cast, TextIsParsedAndPrinted) {
  const Tensor text = Tensor::of<std::string>({3}, {"1.5", "-INF", " 2e3 "});
  expect_close(cast(text, ElementKind::f32), {1.5F, -kInf, 2000}, 0);
  EXPECT_EQ(cast(Tensor::of<std::int32_t>({1}, {-12}), ElementKind::string).data<std::string>()[0],
            "-12");
  EXPECT_EQ(fault_of([] { cast(Tensor::of<std::string>({1}, {"1x"}), ElementKind::f32); }),
            Fault::corrupt);
}

TEST(Cast, EightBitFloatsSaturateOrNot) {
  const Tensor x = Tensor::of<float>({2}, {1.0F, 1e6F});
  expect_close(cast(x, ElementKind::f8e4m3fn), {1, 448}, 0);
  expect_close(cast(x, ElementKind::f8e4m3fn, false), {1, kNan}, 0);
  expect_close(cast(x, ElementKind::f8e5m2, false), {1, kInf}, 0);
}

TEST(Cast, SpecialValuesOfSmallFloats) {
  const Tensor x = Tensor::of<float>({3}, {kInf, -kInf, kNan});
  expect_close(cast(x, ElementKind::f8e4m3fn), {448, -448, kNan}, 0);
  expect_close(cast(x, ElementKind::f8e5m2), {57344, -57344, kNan}, 0);
  expect_close(cast(x, ElementKind::f8e4m3fnuz), {240, -240, kNan}, 0);
  expect_close(cast(x, ElementKind::f8e5m2fnuz), {57344, -57344, kNan}, 0);
  expect_close(cast(x, ElementKind::f8e4m3fnuz, false), {kNan, kNan, kNan}, 0);
  const Tensor four = cast(x, ElementKind::f4e2m1);
  expect_close(four, {6, -6, 0}, 0);
  EXPECT_TRUE(std::signbit(four.to_floats()[2]));
}

TEST(Cast, RoundModeIsForPowersOfTwo) {
  const Tensor x = Tensor::of<float>({4}, {1, 1.25F, 1.75F, 5});
  const auto powers = [&](const char* mode) {
    return run_op("Cast", {x},
                  {{"to", static_cast<std::int64_t>(ElementKind::f8e8m0)},
                   {"round_mode", std::string(mode)}})
        .at(0);
  };
  expect_close(powers("up"), {1, 2, 2, 8}, 0);
  expect_close(powers("down"), {1, 1, 1, 4}, 0);
  expect_close(powers("nearest"), {1, 1, 2, 4}, 0);
  expect_close(cast(x, ElementKind::f8e8m0), {1, 2, 2, 8}, 0);
  EXPECT_EQ(fault_of([&] { powers("sideways"); }), Fault::corrupt);
}

TEST(Cast, KeepsSymbolicShapesAndRefusesUnknownTypes) {
  const Attributes to_i64 = {{"to", static_cast<std::int64_t>(ElementKind::i64)}};
  EXPECT_EQ(shape_text("Cast", {{Dim::symbol("N"), 2}}, to_i64), "[N,2]");
  EXPECT_EQ(fault_of([] {
              run_op("Cast", {ramp({1})}, {{"to", std::int64_t{99}}});
            }),
            Fault::corrupt);
}

TEST(Cast, GradientMatchesCentralDifferences) {
  expect_gradient("Cast", {noise({2, 3})}, {{"to", Int{11}}});
  expect_gradient("Cast", {between({5}, -3, 3)}, {{"to", Int{1}}});
}

}  // namespace
}  // namespace pare
