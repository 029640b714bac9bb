#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ArgMax, FirstOrLastOfEquals) {
  const Tensor x = Tensor::of<float>({2, 3}, {1, 3, 3, 4, -2, 0});
  const Attributes rows = {{"axis", std::int64_t{1}}};
  EXPECT_EQ(run_op("ArgMax", {x}, rows)[0].to_ints(), (Shape{1, 0}));
  EXPECT_EQ(
      run_op("ArgMax", {x}, {{"axis", std::int64_t{-1}}, {"select_last_index", std::int64_t{1}}})[0]
          .to_ints(),
      (Shape{2, 0}));
  const Tensor columns = run_op("ArgMax", {x}, {{"keepdims", std::int64_t{0}}})[0];
  EXPECT_EQ(columns.shape(), (Shape{3}));
  EXPECT_EQ(columns.to_ints(), (Shape{1, 0, 0}));
}

TEST(ArgMax, KeepsSymbolsAndRefusesEmptyAxesAndAxesOutside) {
  EXPECT_EQ(shape_text("ArgMax", {{Dim::symbol("N"), 4}}, {{"axis", std::int64_t{1}}}), "[N,1]");
  EXPECT_EQ(fault_of([] { run_op("ArgMax", {Tensor(ElementKind::f32, {0, 2})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_op("ArgMax", {ramp({2})}, {{"axis", std::int64_t{1}}});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
