#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Expand, BroadcastsBothWays) {
  const Tensor x = column<float>(1, 2);
  expect_close(run_op("Expand", {x, ints({3})})[0], {1, 1, 1, 2, 2, 2}, 0);
  EXPECT_EQ(run_op("Expand", {x, ints({4, 1, 1})})[0].shape(), (Shape{4, 2, 1}));
}

TEST(Expand, KeepsSymbolsAndRefusesWhatDoesNotFit) {
  EXPECT_EQ(shape_with("Expand", {Dim::symbol("N"), 1}, ints({1, 5})), "[N,5]");
  EXPECT_EQ(fault_of([] { run_op("Expand", {ramp({2}), ints({3})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("Expand", {ramp({1}), ints({-3})}); }), Fault::corrupt);
}

TEST(Expand, GradientMatchesCentralDifferences) {
  expect_gradient("Expand", {noise({3, 1}), ints({2, 1, 4})});
  expect_gradient("Expand", {noise({2, 3}), ints({1})});
}

}  // namespace
}  // namespace pare
