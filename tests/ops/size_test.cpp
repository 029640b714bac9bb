#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Size, CountsElements) {
  EXPECT_EQ(run_op("Size", {ramp({2, 3, 4})})[0].item<std::int64_t>(), 24);
  EXPECT_EQ(run_op("Size", {Tensor(ElementKind::string, {0, 5})})[0].item<std::int64_t>(), 0);
}

TEST(Size, IsAScalarAndNeedsAnInput) {
  EXPECT_EQ(shape_text("Size", {{Dim::symbol("N"), 2}}), "[]");
  EXPECT_EQ(fault_of([] { run_unchecked("Size", {Tensor()}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
