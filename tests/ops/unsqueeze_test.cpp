#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Unsqueeze, AddsDimensionsOfOne) {
  const Tensor x = ramp({3, 2});
  EXPECT_EQ(run_op("Unsqueeze", {x, ints({0, -1})})[0].shape(), (Shape{1, 3, 2, 1}));
  EXPECT_EQ(run_op("Unsqueeze", {Tensor::scalar<float>(1), ints({0})})[0].shape(), (Shape{1}));
}

TEST(Unsqueeze, KeepsSymbolsAndRefusesAxesOutsideOrTwice) {
  EXPECT_EQ(shape_with("Unsqueeze", {Dim::symbol("N"), 4}, ints({1})), "[N,1,4]");
  EXPECT_EQ(fault_of([] { run_op("Unsqueeze", {ramp({3}), ints({2})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("Unsqueeze", {ramp({3}), ints({0, 0})}); }), Fault::corrupt);
}

TEST(Unsqueeze, GradientMatchesCentralDifferences) {
  expect_gradient("Unsqueeze", {noise({2, 3}), ints({0, -1})});
}

}  // namespace
}  // namespace pare
