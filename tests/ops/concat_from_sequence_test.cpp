#include "ops/sequences.hpp"

namespace pare {
namespace {

RuntimeValue two_by_two() {
  return RuntimeValue::sequence(
      {Tensor::of<float>({2, 2}, {1, 2, 3, 4}), Tensor::of<float>({2, 2}, {5, 6, 7, 8})});
}

Tensor join(const RuntimeValue& s, Int axis, Int fresh = 0) {
  return run_op_values("ConcatFromSequence", {s}, {{"axis", axis}, {"new_axis", fresh}})
      .at(0)
      .tensor();
}

TEST(ConcatFromSequence, JoinsAlongAnAxis) {
  EXPECT_EQ(join(two_by_two(), 0).to_floats(), (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
  const Tensor wide = join(two_by_two(), -1);
  EXPECT_EQ(wide.shape(), (Shape{2, 4}));
  EXPECT_EQ(wide.to_floats(), (std::vector<float>{1, 2, 5, 6, 3, 4, 7, 8}));
}

TEST(ConcatFromSequence, StacksAlongANewAxis) {
  const Tensor last = join(two_by_two(), -1, 1);
  EXPECT_EQ(last.shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(last.to_floats(), (std::vector<float>{1, 5, 2, 6, 3, 7, 4, 8}));
  EXPECT_EQ(join(two_by_two(), 0, 1).shape(), (Shape{2, 2, 2}));
}

TEST(ConcatFromSequence, JoinsElementsOfDifferentLength) {
  EXPECT_EQ(join(three_rows(), 0).to_floats(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(ConcatFromSequence, RefusesWhatDoesNotFit) {
  EXPECT_EQ(fault_of([] { join(three_rows(), 0, 1); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { join(RuntimeValue::sequence({}), 0); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { join(two_by_two(), 2); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
