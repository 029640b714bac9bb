#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

using enum ElementKind;

Tensor numbers(const std::vector<std::int64_t>& v, ElementKind kind, Shape shape = {}) {
  if (shape.empty()) shape = {static_cast<std::int64_t>(v.size())};
  return Tensor::of<std::int64_t>(shape, v).cast(dtype_of(kind));
}

Tensor real(const std::vector<float>& v, ElementKind kind = f32) {
  return Tensor::of<float>({static_cast<std::int64_t>(v.size())}, v).cast(dtype_of(kind));
}

TEST(DequantizeLinear, PublishedExamples) {
  const Tensor one = run_op(
      "DequantizeLinear",
      {numbers({0, 3, 128, 255}, u8), Tensor::scalar(2.0F), Tensor::scalar<std::uint8_t>(128)})[0];
  expect_close(one, {-256, -250, 0, 254}, 0);
  const Tensor x = Tensor::of<std::uint8_t>(
      {1, 3, 3, 2}, {3, 89, 34, 200, 74, 59, 5, 24, 24, 87, 32, 13, 245, 99, 4, 142, 121, 102});
  const Tensor each =
      run_op("DequantizeLinear", {x, real({2, 4, 5}), numbers({84, 24, 196}, u8)})[0];
  expect_close(
      each,
      {-162, 10, -100, 232, -20, -50, -76, 0, 0, 252, 32, -44, 245, -485, -960, -270, -375, -470},
      0);
}

TEST(DequantizeLinear, EveryIntegerType) {
  struct Case {
    ElementKind kind;
    std::int64_t least, greatest;
  };
  for (const Case& c : {Case{i8, -128, 127}, Case{u8, 0, 255}, Case{i16, -32768, 32767},
                        Case{u16, 0, 65535}, Case{i32, -(Int{1} << 31), (Int{1} << 31) - 1},
                        Case{i4, -8, 7}, Case{u4, 0, 15}, Case{i2, -2, 1}, Case{u2, 0, 3}}) {
    const Tensor x = numbers({c.least, 0, 1, c.greatest}, c.kind);
    const Tensor y = run_op("DequantizeLinear", {x, real({0.5F})})[0];
    expect_close(y, {static_cast<float>(c.least) / 2, 0, 0.5F, static_cast<float>(c.greatest) / 2},
                 1e-7F);
    if (c.kind == i32) continue;
    const Tensor z = run_op("DequantizeLinear", {x, real({0.5F}), numbers({1}, c.kind)})[0];
    expect_close(
        z, {static_cast<float>(c.least - 1) / 2, -0.5F, 0, static_cast<float>(c.greatest - 1) / 2},
        0);
  }
}

TEST(DequantizeLinear, EveryNarrowFloatByItsBits) {
  struct Case {
    ElementKind kind;
    std::vector<std::uint8_t> codes;
    std::vector<float> values;
  };
  // 1, the greatest finite, the least subnormal, a special code (FN: NaN, E5M2: infinity).
  const std::vector<Case> cases = {
      {f8e4m3fn, {0x38, 0x7E, 0x01, 0xFF}, {1, 448, 0x1p-9F, kNan}},
      {f8e4m3fnuz, {0x40, 0x7F, 0x01, 0x80}, {1, 240, 0x1p-10F, kNan}},
      {f8e5m2, {0x3C, 0x7B, 0x01, 0xFC}, {1, 57344, 0x1p-16F, -kInf}},
      {f8e5m2fnuz, {0x40, 0x7F, 0x01, 0x80}, {1, 57344, 0x1p-17F, kNan}},
  };
  for (const Case& c : cases) {
    Tensor x(c.kind, {4});
    for (std::size_t i = 0; i < 4; ++i) x.mutable_bytes()[i] = std::byte{c.codes[i]};
    std::vector<float> want = c.values;
    for (float& v : want) v *= 2;
    expect_close(run_op("DequantizeLinear", {x, real({2})})[0], want, 0);
  }
  Tensor four(f4e2m1, {4});
  four.mutable_bytes()[0] = std::byte{0x21};  // codes 1, 2
  four.mutable_bytes()[1] = std::byte{0xF7};  // codes 7, 15
  expect_close(run_op("DequantizeLinear", {four, real({2})})[0], {1, 2, 12, -12}, 0);
}

TEST(DequantizeLinear, BlocksOfThePublishedExample) {
  const Tensor x =
      Tensor::of<std::uint8_t>({1, 4, 3, 2}, {3, 89, 34, 200, 74, 59, 5,   24, 24, 87,  32,  13,
                                              5, 12, 12, 33,  65, 42, 245, 99, 4,  142, 121, 102});
  const Tensor s = Tensor::of<float>({1, 2, 3, 2}, {3, 2, 4, 1, 2, 2, 5, 2, 4, 3, 5, 2});
  const Tensor z = Tensor::of<std::uint8_t>({1, 2, 3, 2}, {1, 0, 0, 1, 2, 20, 3, 2, 4, 3, 15, 2});
  const Tensor y =
      run_op("DequantizeLinear", {x, s, z}, {{"axis", Int{1}}, {"block_size", Int{2}}})[0];
  std::vector<float> want;
  for (std::size_t c = 0; c < 4; ++c) {
    for (std::size_t i = 0; i < 6; ++i) {
      const std::size_t at = c / 2 * 6 + i;
      want.push_back((x.to_floats()[c * 6 + i] - z.to_floats()[at]) * s.to_floats()[at]);
    }
  }
  expect_close(y, want, 0);
  expect_close(run_op("DequantizeLinear", {numbers({1, 2, 3, 4, 5}, i8), real({1, 10})},
                      {{"axis", Int{0}}, {"block_size", Int{3}}})[0],
               {1, 2, 3, 40, 50}, 0);
}

TEST(DequantizeLinear, OutputTypeFollowsScaleOrAttribute) {
  const Tensor x = numbers({-3, 5}, i8);
  for (const ElementKind kind : {f16, bf16}) {
    const Tensor y = run_op("DequantizeLinear", {x, real({0.5F}, kind)})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {-1.5F, 2.5F}, 0);
  }
  const Tensor said = run_op("DequantizeLinear", {x, real({0.5F})}, {{"output_dtype", Int{10}}})[0];
  EXPECT_EQ(said.kind(), f16);
  Tensor power(f8e8m0, {1});
  power.mutable_bytes()[0] = std::byte{130};  // 2^(130 - 127)
  const Tensor by_power = run_op("DequantizeLinear", {x, power})[0];
  EXPECT_EQ(by_power.kind(), f32);
  expect_close(by_power, {-24, 40}, 0);
}

TEST(DequantizeLinear, NegativeAxisSymbolsAndEmpty) {
  const Tensor x = numbers({1, 2, 3, 4}, i8, {2, 2});
  expect_close(run_op("DequantizeLinear", {x, real({1, 10})}, {{"axis", Int{-1}}})[0],
               {1, 20, 3, 40}, 0);
  expect_close(run_op("DequantizeLinear", {x, real({1, 10})}, {{"axis", Int{0}}})[0],
               {1, 2, 30, 40}, 0);
  EXPECT_EQ(run_op("DequantizeLinear", {Tensor(i8, {0, 3}), real({1})})[0].shape(), (Shape{0, 3}));
  const ValueType in = typed(i8, {Dim::symbol("N"), 3});
  EXPECT_EQ(infer_type("DequantizeLinear", {in, typed(f16, {3})}).text(), "float16[N,3]");
}

TEST(DequantizeLinear, WhatDoesNotFitIsCorrupt) {
  const Tensor x = numbers({1, 2, 3, 4, 5, 6}, i8, {2, 3});
  const auto fault = [&](const Tensor& s, const Tensor& z, Attributes a) {
    return fault_of([&] { run_unchecked("DequantizeLinear", {x, s, z}, a); });
  };
  EXPECT_EQ(fault(real({1, 2}), Tensor(), {}), Fault::corrupt);
  EXPECT_EQ(fault(real({1, 2, 3}), numbers({1, 2}, i8), {}), Fault::corrupt);
  EXPECT_EQ(fault(real({1, 2, 3}), Tensor(), {{"axis", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault(real({1, 2, 3}), Tensor(), {{"block_size", Int{-1}}}), Fault::corrupt);
  EXPECT_EQ(fault(real({1, 2, 3}), Tensor(), {{"block_size", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault(real({1}), Tensor(), {{"output_dtype", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault(real({1}), Tensor(), {{"output_dtype", Int{-1}}}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              infer_type("DequantizeLinear", {typed(i8, {2, 3}), typed(f32, {2})});
            }),
            Fault::corrupt);
}

TEST(DequantizeLinear, GradientMatchesCentralDifferences) {
  const Tensor x = Tensor::of<std::int8_t>({2, 5}, {-7, 3, 120, 0, 5, 9, -128, 44, 2, 1});
  const Tensor zeros = Tensor::of<std::int8_t>({5}, {1, 0, -3, 7, 2});
  expect_gradient("DequantizeLinear", {x, between({}, 0.5F, 1)});
  expect_gradient("DequantizeLinear", {x, between({1}, 0.5F, 1)});
  expect_gradient("DequantizeLinear", {x, between({5}, 0.5F, 1), zeros});
  expect_gradient("DequantizeLinear", {x, between({2}, 0.5F, 1)}, {{"axis", Int{0}}});
  expect_gradient("DequantizeLinear", {x, between({2, 2}, 0.5F, 1)},
                  {{"axis", Int{1}}, {"block_size", Int{3}}});
}

}  // namespace
}  // namespace pare
