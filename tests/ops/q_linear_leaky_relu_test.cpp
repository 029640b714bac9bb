#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(QLinearLeakyRelu, ScalesWhatIsBelowZero) {
  const Tensor x = codes(i8, {5}, {-128, -11, -1, 0, 100});
  const Tensor y = run_contrib(
      "QLinearLeakyRelu", {x, one_float(0.5F), one_code(i8, -1), one_float(0.25F), one_code(i8, 2)},
      {{"alpha", 0.25F}})[0];
  // real: -63.5, -5, 0, 0.5, 50.5; after: -15.875, -1.25, 0, 0.5, 50.5
  EXPECT_EQ(y.to_ints(), (Shape{-62, -3, 2, 4, 127}));
}

TEST(QLinearLeakyRelu, TakesUnsignedCodesAndTheDefaultSlope) {
  const Tensor x = codes(u8, {3}, {0, 128, 255});
  const Tensor y = run_contrib(
      "QLinearLeakyRelu", {x, one_float(1), one_code(u8, 128), one_float(1), one_code(u8, 10)})[0];
  EXPECT_EQ(y.to_ints(), (Shape{9, 10, 137}));  // -128 * 0.01 = -1.28
}

TEST(QLinearLeakyRelu, TwoZeroPointsAreCorrupt) {
  const Tensor x = codes(u8, {2}, {1, 2});
  EXPECT_EQ(fault_of([&] {
              run_contrib("QLinearLeakyRelu", {x, one_float(1), x, one_float(1)});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
