#include <algorithm>

#include "ops/elementwise.hpp"

namespace pare {
namespace {

using enum ElementKind;

Tensor numbers(const std::vector<std::int64_t>& v, ElementKind kind) {
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(v.size())}, v).cast(dtype_of(kind));
}

Tensor real(const std::vector<float>& v, ElementKind kind = f32) {
  return Tensor::of<float>({static_cast<std::int64_t>(v.size())}, v).cast(dtype_of(kind));
}

Attributes output(ElementKind kind) { return {{"output_dtype", static_cast<Int>(kind)}}; }

TEST(QuantizeLinear, PublishedExamples) {
  const Tensor x = real({0, 2, 3, 1000, -254, -1000});
  const Tensor y =
      run_op("QuantizeLinear", {x, Tensor::scalar(2.0F), Tensor::scalar<std::uint8_t>(128)})[0];
  EXPECT_EQ(y.to_ints(), (Shape{128, 129, 130, 255, 1, 0}));  // 3 / 2 = 1.5 -> 2
  const Tensor grid = Tensor::of<float>(
      {1, 3, 3, 2},
      {-162, 10, -100, 232, -20, -50, -76, 0, 0, 252, 32, -44, 245, -485, -960, -270, -375, -470});
  const Tensor each =
      run_op("QuantizeLinear", {grid, real({2, 4, 5}), numbers({84, 24, 196}, u8)})[0];
  EXPECT_EQ(each.to_ints(),
            (Shape{3, 89, 34, 200, 74, 59, 5, 24, 24, 87, 32, 13, 245, 99, 4, 142, 121, 102}));
}

TEST(QuantizeLinear, HalfGoesToEven) {
  const Tensor x = real({-2.5F, -1.5F, -0.5F, 0.5F, 1.5F, 2.5F, 0.49999997F});
  EXPECT_EQ(run_op("QuantizeLinear", {x, real({1}), numbers({0}, i8)})[0].to_ints(),
            (Shape{-2, -2, 0, 0, 2, 2, 0}));
  // The zero point is added after rounding: 0.5 -> 0, then 1.
  EXPECT_EQ(run_op("QuantizeLinear", {x, real({1}), numbers({1}, i8)})[0].to_ints(),
            (Shape{-1, -1, 1, 1, 3, 3, 1}));
}

TEST(QuantizeLinear, EveryIntegerTypeSaturates) {
  struct Case {
    ElementKind kind;
    std::int64_t least, greatest;
  };
  const Tensor x = real({-1e9F, -0.75F, 0, 0.75F, 1e9F, -kInf, kInf});
  for (const Case& c :
       {Case{i8, -128, 127}, Case{u8, 0, 255}, Case{i16, -32768, 32767}, Case{u16, 0, 65535},
        Case{i4, -8, 7}, Case{u4, 0, 15}, Case{i2, -2, 1}, Case{u2, 0, 3}}) {
    const Shape want = {c.least, std::max<Int>(c.least, -1), 0, 1, c.greatest, c.least, c.greatest};
    const Tensor by_zero = run_op("QuantizeLinear", {x, real({1}), numbers({0}, c.kind)})[0];
    EXPECT_EQ(by_zero.kind(), c.kind);
    EXPECT_EQ(by_zero.to_ints(), want) << by_zero.type().name();
    const Tensor by_attribute = run_op("QuantizeLinear", {x, real({1})}, output(c.kind))[0];
    EXPECT_TRUE(identical(by_attribute, by_zero)) << by_zero.type().name();
    const Tensor moved = run_op("QuantizeLinear", {x, real({1}), numbers({1}, c.kind)})[0];
    EXPECT_EQ(moved.to_ints()[2], 1);
    EXPECT_EQ(moved.to_ints()[3], std::min<Int>(2, c.greatest));
  }
  EXPECT_EQ(run_op("QuantizeLinear", {x, real({1})})[0].kind(), u8);  // without any hint
}

TEST(QuantizeLinear, EightBitFloatsSaturateOrOverflow) {
  const Tensor x = real({1, 1e6F, -1e6F, 1.0625F, 1.1875F});  // between 1 and 1.125 (E4M3)
  const auto run = [&](ElementKind kind, Int saturate) {
    Attributes a = output(kind);
    a["saturate"] = saturate;
    return run_op("QuantizeLinear", {x, real({1})}, a)[0];
  };
  expect_close(run(f8e4m3fn, 1), {1, 448, -448, 1, 1.25F}, 0);
  expect_close(run(f8e4m3fn, 0), {1, kNan, kNan, 1, 1.25F}, 0);
  expect_close(run(f8e4m3fnuz, 1), {1, 240, -240, 1, 1.25F}, 0);
  expect_close(run(f8e4m3fnuz, 0), {1, kNan, kNan, 1, 1.25F}, 0);
  expect_close(run(f8e5m2, 1), {1, 57344, -57344, 1, 1.25F}, 0);
  expect_close(run(f8e5m2, 0), {1, kInf, -kInf, 1, 1.25F}, 0);
  expect_close(run(f8e5m2fnuz, 1), {1, 57344, -57344, 1, 1.25F}, 0);
  expect_close(run(f8e5m2fnuz, 0), {1, kNan, kNan, 1, 1.25F}, 0);
}

TEST(QuantizeLinear, OverflowBeginsWhereRoundingLeavesTheRange) {
  const auto run = [](ElementKind kind, const std::vector<float>& x) {
    Attributes a = output(kind);
    a["saturate"] = Int{0};
    return run_op("QuantizeLinear", {real(x), real({1})}, a)[0];
  };
  expect_close(run(f8e4m3fn, {464, 464.5F}), {448, kNan}, 0);  // the tie goes to the even 448
  expect_close(run(f8e4m3fnuz, {247.5F, 248}), {240, kNan}, 0);
  expect_close(run(f8e5m2, {61439, 61440, -61440}), {57344, kInf, -kInf}, 0);
  expect_close(run(f8e5m2fnuz, {61439, 61440}), {57344, kNan}, 0);
}

TEST(QuantizeLinear, FourBitFloatsRoundHalfToEven) {
  const Tensor x = real({0.25F, 0.75F, 1.25F, 2.5F, 3.5F, 5, 5.5F, 100, -100});
  expect_close(run_op("QuantizeLinear", {x, real({1})}, output(f4e2m1))[0],
               {0, 1, 1, 2, 4, 4, 6, 6, -6}, 0);
  expect_close(run_op("QuantizeLinear", {x, real({1}), Tensor(f4e2m1, {1})})[0],
               {0, 1, 1, 2, 4, 4, 6, 6, -6}, 0);
}

TEST(QuantizeLinear, BlocksAndNegativeAxis) {
  const Tensor x = Tensor::of<float>({2, 5}, {10, 20, 30, 40, 50, -10, -20, -30, -40, -50});
  const Tensor s = Tensor::of<float>({2, 2}, {10, 5, 2, 1});
  const Tensor z = Tensor::of<std::int8_t>({2, 2}, {0, 1, 2, 3});
  const Tensor y =
      run_op("QuantizeLinear", {x, s, z}, {{"axis", Int{-1}}, {"block_size", Int{3}}})[0];
  EXPECT_EQ(y.to_ints(), (Shape{1, 2, 3, 9, 11, -3, -8, -13, -37, -47}));
  const Tensor rows = Tensor::of<float>({1, 5}, {1, 2, 5, 10, 20});
  EXPECT_EQ(run_op("QuantizeLinear", {x, rows},
                   {{"axis", Int{0}}, {"block_size", Int{2}}, {"output_dtype", Int{3}}})[0]
                .to_ints(),
            (Shape{10, 10, 6, 4, 2, -10, -10, -6, -4, -2}));
}

TEST(QuantizeLinear, InputTypesAndPrecision) {
  const Tensor x = numbers({-7, 3, 1 << 30}, i32);
  EXPECT_EQ(run_op("QuantizeLinear", {x, real({2}), numbers({0}, i8)})[0].to_ints(),
            (Shape{-4, 2, 127}));
  for (const ElementKind kind : {f16, bf16}) {
    const Tensor y =
        run_op("QuantizeLinear", {real({3, -3}, kind), real({2}, kind), numbers({0}, i8)})[0];
    EXPECT_EQ(y.to_ints(), (Shape{2, -2}));
  }
  const Tensor large = real({2049});
  Attributes a = output(i16);
  EXPECT_EQ(run_op("QuantizeLinear", {large, real({1})}, a)[0].to_ints(), (Shape{2049}));
  a["precision"] = static_cast<Int>(f16);  // 2049 is no f16 number: half way, to even
  EXPECT_EQ(run_op("QuantizeLinear", {large, real({1})}, a)[0].to_ints(), (Shape{2048}));
}

TEST(QuantizeLinear, TheDivisionIsMadeInFloat) {
  // The quotient of the two floats is 3.49999989; the nearest f32 is 3.5, which goes to 4.
  const Tensor y = run_op("QuantizeLinear", {real({0.7F}), real({0.2F}), numbers({0}, i8)})[0];
  EXPECT_EQ(y.to_ints(), (Shape{4}));
}

TEST(QuantizeLinear, SymbolsAndRefusals) {
  const ValueType x = typed(f32, {Dim::symbol("N"), 3});
  EXPECT_EQ(infer_type("QuantizeLinear", {x, typed(f32, {3}), typed(i8, {3})}).text(), "int8[N,3]");
  EXPECT_EQ(infer_type("QuantizeLinear", {x, typed(f32, {})}).text(), "uint8[N,3]");
  EXPECT_EQ(infer_type("QuantizeLinear", {x, typed(f32, {})}, output(f8e5m2)).dtype.kind(), f8e5m2);
  const Tensor in = ramp({2, 3});
  const auto fault = [&](const Tensor& s, const Tensor& z, Attributes a) {
    return fault_of([&] { run_unchecked("QuantizeLinear", {in, s, z}, a); });
  };
  EXPECT_EQ(fault(real({1, 2}), Tensor(), {}), Fault::corrupt);
  EXPECT_EQ(fault(real({1, 2, 3}), numbers({1}, i8), {}), Fault::corrupt);
  EXPECT_EQ(fault(real({1, 2, 3}), Tensor(), {{"axis", Int{-3}}}), Fault::corrupt);
  EXPECT_EQ(fault(real({1}), Tensor(), {{"block_size", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault(real({1}), Tensor(), {{"output_dtype", Int{1}}}), Fault::corrupt);
  EXPECT_EQ(fault(real({1}), numbers({0}, i8), {{"output_dtype", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault(real({1}), Tensor(), {{"precision", Int{3}}}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
