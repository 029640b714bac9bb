#include "ops/sequences.hpp"

namespace pare {
namespace {

TEST(SequenceErase, DropsTheLastOrTheGivenElement) {
  const auto erase = [](const RuntimeValue& at) {
    return heads(run_op_values("SequenceErase", {three_rows(), at}).at(0));
  };
  EXPECT_EQ(erase({}), (std::vector<float>{1, 2}));
  EXPECT_EQ(erase(index_of(0)), (std::vector<float>{2, 4}));
  EXPECT_EQ(erase(index_of(-2)), (std::vector<float>{1, 4}));
}

TEST(SequenceErase, RefusesWhatIsNotThere) {
  EXPECT_EQ(fault_of([] {
              run_op_values("SequenceErase", {three_rows(), index_of(3)});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op_values("SequenceErase", {RuntimeValue::sequence({})}); }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
