#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(QLinearWhere, ChoosesAndRequantizes) {
  const Tensor mask = Tensor::of<bool>({2, 1}, {true, false});
  const Tensor x = codes(u8, {2}, {10, 255});
  const Tensor y = codes(u8, {1, 2}, {3, 4});
  const Tensor z =
      run_contrib("QLinearWhere", {mask, x, one_float(0.5F), one_code(u8, 4), y, one_float(2),
                                   one_code(u8, 1), one_float(0.25F), one_code(u8, 20)})[0];
  ASSERT_EQ(z.shape(), (Shape{2, 2}));
  // x is 3, 125.5 (too large for a step of 1/4); y is 4, 6
  EXPECT_EQ(z.to_ints(), (Shape{32, 255, 36, 44}));
}

TEST(QLinearWhere, ShapesThatDoNotBroadcastAreCorrupt) {
  const Tensor mask = Tensor::of<bool>({3}, {true, false, true});
  const Tensor x = codes(i8, {2}, {1, 2});
  const Tensor s = one_float(1);
  const Tensor z = one_code(i8, 0);
  EXPECT_EQ(fault_of([&] {
              run_contrib("QLinearWhere", {mask, x, s, z, x, s, z, s, z});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
