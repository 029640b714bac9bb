#include "ops/elementwise.hpp"

namespace pare {
namespace {

Tensor cast_to(const Tensor& x, ElementKind to) {
  return run_op("BitCast", {x}, {{"to", static_cast<Int>(to)}})[0];
}

TEST(BitCast, ReadsTheSameBits) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, -2, 0.5F, -0.0F});
  const Tensor y = cast_to(x, ElementKind::u32);
  ASSERT_EQ(y.shape(), (Shape{2, 2}));
  const std::uint32_t want[] = {0x3F800000U, 0xC0000000U, 0x3F000000U, 0x80000000U};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(y.data<std::uint32_t>()[i], want[i]) << i;
  EXPECT_TRUE(identical(cast_to(y, ElementKind::f32), x));
  const Tensor d = cast_to(Tensor::scalar<std::int64_t>(0x4008000000000000), ElementKind::f64);
  EXPECT_EQ(d.item<double>(), 3.0);
  EXPECT_EQ(cast_to(Tensor::scalar<std::uint16_t>(0x3C00), ElementKind::f16).to_floats()[0], 1);
  EXPECT_EQ(cast_to(Tensor::scalar<std::uint16_t>(0x3F80), ElementKind::bf16).to_floats()[0], 1);
  EXPECT_EQ(cast_to(Tensor::scalar<std::int8_t>(-1), ElementKind::u8).item<std::uint8_t>(), 255);
}

TEST(BitCast, TypesOfFewBits) {
  const Tensor x = Tensor::of<std::int8_t>({3}, {-1, 7, -8}).cast(dtype_of(ElementKind::i4));
  EXPECT_EQ(cast_to(x, ElementKind::u4).to_ints(), (std::vector<std::int64_t>{15, 7, 8}));
  const Tensor eight = cast_to(Tensor::scalar<std::uint8_t>(0x38), ElementKind::f8e4m3fn);
  EXPECT_EQ(eight.to_floats()[0], 1);
}

TEST(BitCast, BytesAboveOneAreTrue) {
  const Tensor y = cast_to(Tensor::of<std::uint8_t>({3}, {0, 1, 7}), ElementKind::boolean);
  EXPECT_EQ(y.to_ints(), (std::vector<std::int64_t>{0, 1, 1}));
  EXPECT_EQ(y.bytes()[2], std::byte{1});
  EXPECT_EQ(cast_to(y, ElementKind::u8).to_ints(), (std::vector<std::int64_t>{0, 1, 1}));
}

TEST(BitCast, KeepsSymbols) {
  const ValueType y = infer_type("BitCast", {typed(ElementKind::f32, {Dim::symbol("N"), 4})},
                                 {{"to", static_cast<Int>(ElementKind::i32)}});
  EXPECT_EQ(y.dtype, dtype_of(ElementKind::i32));
  EXPECT_EQ(to_string(y.shape.value_or(SymShape{})), "[N,4]");
}

TEST(BitCast, OtherWidthsAndTextAreCorrupt) {
  const auto run = [](const Tensor& x, Int to) {
    return fault_of([&] { run_unchecked("BitCast", {x}, {{"to", to}}); });
  };
  EXPECT_EQ(run(ramp({2}), static_cast<Int>(ElementKind::f64)), Fault::corrupt);
  EXPECT_EQ(run(ramp({2}), static_cast<Int>(ElementKind::string)), Fault::corrupt);
  EXPECT_EQ(run(ramp({2}), 0), Fault::corrupt);
  EXPECT_EQ(run(ramp({2}), 99), Fault::corrupt);
  EXPECT_EQ(run(Tensor::of<std::string>({1}, {"a"}), static_cast<Int>(ElementKind::u8)),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
