#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(BitwiseNot, TurnsEveryBitOver) {
  EXPECT_EQ(run_op("BitwiseNot", {Tensor::of<std::uint8_t>({3}, {0, 1, 255})})[0].to_ints(),
            (Shape{255, 254, 0}));
  EXPECT_EQ(run_op("BitwiseNot", {Tensor::of<std::int32_t>({2}, {0, 5})})[0].to_ints(),
            (Shape{-1, -6}));
}

TEST(BitwiseNot, KeepsSymbolicShapesAndNeedsAnInput) {
  EXPECT_EQ(shape_text("BitwiseNot", {{Dim::symbol("N"), 2}}, {}, ElementKind::i8), "[N,2]");
  EXPECT_EQ(fault_of([] { run_unchecked("BitwiseNot", {Tensor()}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
