#include "ops/sequences.hpp"

namespace pare {
namespace {

TEST(SequenceAt, CountsFromBothEnds) {
  const auto at = [](Int i) {
    return run_op_values("SequenceAt", {three_rows(), index_of(i)}).at(0).tensor().to_floats();
  };
  EXPECT_EQ(at(0), (std::vector<float>{1}));
  EXPECT_EQ(at(1), (std::vector<float>{2, 3}));
  EXPECT_EQ(at(-1), (std::vector<float>{4, 5, 6}));
  EXPECT_EQ(at(-3), (std::vector<float>{1}));
}

TEST(SequenceAt, RefusesPositionsOutside) {
  for (const Int i : {Int{3}, Int{-4}, INT64_MIN, INT64_MAX}) {
    EXPECT_EQ(fault_of([&] {
                run_op_values("SequenceAt", {three_rows(), index_of(i)});
              }),
              Fault::corrupt)
        << i;
  }
}

TEST(SequenceAt, HasTheTypeOfAnElement) {
  const ValueType sequence =
      held_in(ValueType::Kind::sequence, typed(ElementKind::f16, {Dim::symbol("N"), 4}));
  EXPECT_EQ(infer_type("SequenceAt", {sequence, typed(ElementKind::i64, {})}).text(),
            "float16[N,4]");
}

}  // namespace
}  // namespace pare
