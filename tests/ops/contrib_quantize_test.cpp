#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(ContribQuantize, SixteenBitsPerChannel) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, -1, 100, 40000});
  const Tensor scale = Tensor::of<float>({2}, {0.5F, 2});
  const Tensor zero = Tensor::of<std::uint16_t>({2}, {32768, 60000});
  const Tensor q = run_contrib("QuantizeLinear", {x, scale, zero}, {{"axis", Int{1}}})[0];
  EXPECT_EQ(q.kind(), u16);
  EXPECT_EQ(q.to_ints(), (Shape{32770, 60000, 32968, 65535}));  // -1 / 2 ties to 0
  const Tensor y = run_contrib("DequantizeLinear", {q, scale, zero}, {{"axis", Int{1}}})[0];
  expect_close(y, {1, 0, 100, 11070}, 0);
}

TEST(ContribQuantize, OneScaleAndNoZeroPoint) {
  const Tensor q = Tensor::of<std::int16_t>({2}, {-32768, 5});
  expect_close(run_contrib("DequantizeLinear", {q, one_float(0.25F)})[0], {-8192, 1.25F}, 0);
}

TEST(ContribQuantize, AnotherNumberOfScalesIsCorrupt) {
  EXPECT_EQ(fault_of([] {
              run_contrib("QuantizeLinear", {ramp({2, 2}), ramp({3}, 1)}, {{"axis", Int{1}}});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
