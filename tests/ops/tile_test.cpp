#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Tile, RepeatsEachDimension) {
  const Tensor y = run_op("Tile", {ramp({1, 2}), ints({2, 2})})[0];
  EXPECT_EQ(y.shape(), (Shape{2, 4}));
  expect_close(y, {0, 1, 0, 1, 0, 1, 0, 1}, 0);
}

TEST(Tile, MultipliesSymbolsAndRefusesOtherCounts) {
  EXPECT_EQ(shape_with("Tile", {Dim::symbol("N"), 3}, ints({2, 4})), "[2*N,12]");
  EXPECT_EQ(fault_of([] { run_op("Tile", {ramp({2}), ints({2, 2})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("Tile", {ramp({2}), ints({-1})}); }), Fault::corrupt);
}

TEST(Tile, GradientMatchesCentralDifferences) {
  expect_gradient("Tile", {noise({2, 3}), ints({3, 2})});
  expect_gradient("Tile", {noise({2, 1, 2}), ints({1, 2, 1})});
}

}  // namespace
}  // namespace pare
