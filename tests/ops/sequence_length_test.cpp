#include "ops/sequences.hpp"

namespace pare {
namespace {

TEST(SequenceLength, CountsElements) {
  const auto length = [](const RuntimeValue& s) {
    return run_op_values("SequenceLength", {s}).at(0).tensor();
  };
  EXPECT_EQ(length(three_rows()).item<std::int64_t>(), 3);
  EXPECT_EQ(length(RuntimeValue::sequence({})).item<std::int64_t>(), 0);
  EXPECT_EQ(length(three_rows()).shape(), Shape{});
}

}  // namespace
}  // namespace pare
