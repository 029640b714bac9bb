#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(NonZero, OneColumnPerElement) {
  const Tensor y = run_op("NonZero", {Tensor::of<float>({2, 2}, {1, 0, -1, 2})})[0];
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
  EXPECT_EQ(y.to_ints(), (Shape{0, 1, 1, 0, 0, 1}));
}

TEST(NonZero, RankIsKnownAndAnInputIsNeeded) {
  EXPECT_EQ(shape_text("NonZero", {{Dim::symbol("N"), 4}}), "[2,?]");
  EXPECT_EQ(fault_of([] { run_unchecked("NonZero", {Tensor()}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
