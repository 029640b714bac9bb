#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ArgMin, FirstOrLastOfEquals) {
  const Tensor x = Tensor::of<float>({2, 3}, {3, 1, 1, -4, 2, 0});
  const Attributes rows = {{"axis", std::int64_t{1}}};
  EXPECT_EQ(run_op("ArgMin", {x}, rows)[0].to_ints(), (Shape{1, 0}));
  EXPECT_EQ(
      run_op("ArgMin", {x}, {{"axis", std::int64_t{-1}}, {"select_last_index", std::int64_t{1}}})[0]
          .to_ints(),
      (Shape{2, 0}));
}

TEST(ArgMin, KeepsSymbolsAndRefusesEmptyAxes) {
  EXPECT_EQ(shape_text("ArgMin", {{Dim::symbol("N"), 4}}, {{"keepdims", std::int64_t{0}}}), "[4]");
  EXPECT_EQ(fault_of([] { run_op("ArgMin", {Tensor(ElementKind::f32, {0, 2})}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
