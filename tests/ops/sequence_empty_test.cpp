#include "ops/op_test.hpp"

namespace pare {
namespace {

TEST(SequenceEmpty, HasNoElements) {
  const auto made = run_op_values("SequenceEmpty", {});
  EXPECT_TRUE(made.at(0).elements().empty());
}

TEST(SequenceEmpty, HasTheDeclaredElementType) {
  const ValueType type =
      infer_type("SequenceEmpty", {}, {{"dtype", Int{static_cast<Int>(ElementKind::i64)}}});
  EXPECT_EQ(type.text(), "seq(int64[...])");
  EXPECT_EQ(infer_type("SequenceEmpty", {}).text(), "seq(float32[...])");
}

}  // namespace
}  // namespace pare
