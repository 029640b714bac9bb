#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Constant, ReturnsItsTensor) {
  const Tensor value = ramp({2, 3});
  EXPECT_TRUE(identical(run_op("Constant", {}, {{"value", value}})[0], value));
  EXPECT_EQ(shape_text("Constant", {}, {{"value", value}}), "[2,3]");
}

TEST(Constant, WithoutTensorIsCorrupt) {
  EXPECT_EQ(fault_of([] { run_unchecked("Constant", {}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
