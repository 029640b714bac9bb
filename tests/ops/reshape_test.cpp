#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Reshape, ZeroCopiesAndMinusOneTakesTheRest) {
  const Tensor x = ramp({2, 3, 4});
  EXPECT_EQ(run_op("Reshape", {x, ints({0, -1})})[0].shape(), (Shape{2, 12}));
  EXPECT_EQ(run_op("Reshape", {x, ints({4, 6})})[0].shape(), (Shape{4, 6}));
  expect_close(run_op("Reshape", {ramp({2, 2}), ints({4})})[0], {0, 1, 2, 3}, 0);
}

TEST(Reshape, AllowzeroMakesZeroASize) {
  const Tensor x(ElementKind::f32, {0, 3});
  const Attributes allow = {{"allowzero", std::int64_t{1}}};
  EXPECT_EQ(run_op("Reshape", {x, ints({3, 0})}, allow)[0].shape(), (Shape{3, 0}));
}

TEST(Reshape, KeepsSymbols) {
  EXPECT_EQ(shape_with("Reshape", {Dim::symbol("N"), 3, 4}, ints({0, -1})), "[N,12]");
  EXPECT_EQ(shape_with("Reshape", {Dim::symbol("N"), 3, 4}, ints({-1, 4})), "[3*N,4]");
}

TEST(Reshape, ImpossibleShapesAreCorrupt) {
  const Tensor x = ramp({2, 3});
  for (const Shape& bad : {Shape{4}, Shape{-1, -1}, Shape{-1, 4}, Shape{-2, 3}, Shape{1, 1, 0}}) {
    EXPECT_EQ(fault_of([&] {
                run_op("Reshape", {x, ints(bad)});
              }),
              Fault::corrupt)
        << to_string(bad);
  }
  const Shape huge = {std::int64_t{1} << 40, std::int64_t{1} << 40, -1};
  EXPECT_EQ(fault_of([&] { run_op("Reshape", {x, ints(huge)}); }), Fault::corrupt);
}

TEST(Reshape, GradientMatchesCentralDifferences) {
  expect_gradient("Reshape", {noise({2, 3, 4}), ints({4, -1})});
  expect_gradient("Reshape", {noise({2, 3, 4}), ints({0, 12})});
}

}  // namespace
}  // namespace pare
