#include "ops/sequences.hpp"

namespace pare {
namespace {

TEST(SequenceConstruct, KeepsTheOrderOfItsInputs) {
  const auto made = run_op_values("SequenceConstruct", {row({3}), row({1, 2}), row({2})});
  EXPECT_EQ(heads(made.at(0)), (std::vector<float>{3, 1, 2}));
}

TEST(SequenceConstruct, KnowsTheShapeThatAllElementsHave) {
  const ValueType type = infer_type(
      "SequenceConstruct", {typed(ElementKind::f32, {2, 3}), typed(ElementKind::f32, {2, 4})});
  EXPECT_EQ(type.text(), "seq(float32[2,?])");
}

TEST(SequenceConstruct, RefusesMixedTypes) {
  const Tensor ints = Tensor::of<std::int64_t>({1}, {1});
  OneNode one("SequenceConstruct", {row({1}), ints}, {}, 1, "");
  EXPECT_EQ(fault_of([&] {
              interpret_values(one.graph, op_registry(), {row({1}), ints});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
