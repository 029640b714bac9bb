#include "ops/sequences.hpp"

namespace pare {
namespace {

TEST(Optional, HoldsItsInput) {
  const auto made = run_op_values("Optional", {row({1, 2})});
  EXPECT_EQ(made.at(0).tensor().to_floats(), (std::vector<float>{1, 2}));
}

TEST(Optional, IsEmptyWithoutInput) {
  const ValueType type(dtype_of(ElementKind::f32), SymShape{3});
  const auto made = run_op_values("Optional", {}, {{"type", type}});
  EXPECT_FALSE(made.at(0).valid());
  EXPECT_EQ(infer_type("Optional", {}, {{"type", type}}).text(), "optional(float32[3])");
}

}  // namespace
}  // namespace pare
