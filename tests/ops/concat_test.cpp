#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Attributes along(std::int64_t axis) { return {{"axis", axis}}; }

TEST(Concat, JoinsAlongTheAxis) {
  const Tensor a = ramp({2, 1});
  const Tensor b = ramp({2, 2}, 10);
  expect_close(run_op("Concat", {a, b}, along(1))[0], {0, 10, 11, 1, 12, 13}, 0);
  expect_close(run_op("Concat", {b, b}, along(-2))[0], {10, 11, 12, 13, 10, 11, 12, 13}, 0);
}

TEST(Concat, JoinsTextAndPackedIntegers) {
  const Tensor text = Tensor::of<std::string>({1}, {"a"});
  EXPECT_EQ(run_op("Concat", {text, text}, along(0))[0].data<std::string>()[1], "a");
  const Tensor x = Tensor::of<float>({3}, {1, 2, 3}).cast(dtype_of(ElementKind::u4));
  EXPECT_EQ(run_op("Concat", {x, x}, along(0))[0].to_ints(), (Shape{1, 2, 3, 1, 2, 3}));
}

TEST(Concat, AddsSymbolicSizes) {
  const SymShape a = {Dim::symbol("N"), Dim::symbol("C"), 4};
  const SymShape b = {Dim::symbol("N"), 3, 4};
  EXPECT_EQ(shape_text("Concat", {a, b}, along(1)), "[N,C+3,4]");
}

TEST(Concat, OtherSizesRanksAndAxesAreCorrupt) {
  EXPECT_EQ(fault_of([] {
              run_op("Concat", {ramp({2, 1}), ramp({3, 1})}, along(1));
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_op("Concat", {ramp({2, 1}), ramp({2})}, along(0));
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("Concat", {ramp({2})}, along(1)); }), Fault::corrupt);
}

TEST(Concat, GradientMatchesCentralDifferences) {
  expect_gradient("Concat", {noise({2, 3}), noise({2, 1}, 2), noise({2, 2}, 3)},
                  {{"axis", Int{-1}}});
  expect_gradient("Concat", {noise({2, 3}), noise({1, 3}, 2)}, {{"axis", Int{0}}});
}

}  // namespace
}  // namespace pare
