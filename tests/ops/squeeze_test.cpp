#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Squeeze, DropsNamedDimensionsOrAllOnes) {
  const Tensor x = ramp({1, 3, 1, 2});
  EXPECT_EQ(run_op("Squeeze", {x})[0].shape(), (Shape{3, 2}));
  EXPECT_EQ(run_op("Squeeze", {x, ints({-2})})[0].shape(), (Shape{1, 3, 2}));
}

TEST(Squeeze, KeepsSymbolsAndRefusesOtherSizes) {
  EXPECT_EQ(shape_with("Squeeze", {Dim::symbol("N"), 1, 4}, ints({1})), "[N,4]");
  EXPECT_EQ(fault_of([] { run_op("Squeeze", {ramp({1, 3}), ints({1})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("Squeeze", {ramp({1, 3}), ints({0, 0})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              shape_with("Squeeze", {Dim::symbol("N"), 3}, ints({1}));
            }),
            Fault::corrupt);
}

TEST(Squeeze, GradientMatchesCentralDifferences) {
  expect_gradient("Squeeze", {noise({2, 1, 3, 1}), ints({1})});
  expect_gradient("Squeeze", {noise({2, 1, 3, 1})});
}

}  // namespace
}  // namespace pare
