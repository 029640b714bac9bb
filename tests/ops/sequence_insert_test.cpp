#include "ops/sequences.hpp"

namespace pare {
namespace {

TEST(SequenceInsert, PutsTheTensorBeforeThePosition) {
  const auto insert = [](const RuntimeValue& at) {
    return heads(run_op_values("SequenceInsert", {three_rows(), row({9}), at}).at(0));
  };
  EXPECT_EQ(insert({}), (std::vector<float>{1, 2, 4, 9}));
  EXPECT_EQ(insert(index_of(0)), (std::vector<float>{9, 1, 2, 4}));
  EXPECT_EQ(insert(index_of(3)), (std::vector<float>{1, 2, 4, 9}));
  EXPECT_EQ(insert(index_of(-1)), (std::vector<float>{1, 2, 9, 4}));
}

TEST(SequenceInsert, FillsAnEmptySequence) {
  const auto made = run_op_values("SequenceInsert", {RuntimeValue::sequence({}), row({5})});
  EXPECT_EQ(heads(made.at(0)), (std::vector<float>{5}));
}

TEST(SequenceInsert, RefusesOtherTypesAndPositionsOutside) {
  EXPECT_EQ(fault_of([] {
              run_op_values("SequenceInsert", {three_rows(), row({9}), index_of(4)});
            }),
            Fault::corrupt);
  const Tensor ints = Tensor::of<std::int64_t>({1}, {1});
  EXPECT_EQ(fault_of([&] {
              run_op_values("SequenceInsert", {three_rows(), ints});
            }),
            Fault::corrupt);
}

TEST(SequenceInsert, ForgetsWhatElementsNoLongerShare) {
  const ValueType sequence = held_in(ValueType::Kind::sequence, typed(ElementKind::f32, {2, 3}));
  EXPECT_EQ(infer_type("SequenceInsert", {sequence, typed(ElementKind::f32, {2, 5})}).text(),
            "seq(float32[2,?])");
  EXPECT_EQ(infer_type("SequenceInsert", {sequence, typed(ElementKind::f32, {2})}).text(),
            "seq(float32[...])");
}

}  // namespace
}  // namespace pare
