#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Tensor padded(const std::string& mode, const Tensor& x, const Shape& pads) {
  return run_op("Pad", {x, ints(pads)}, {{"mode", mode}})[0];
}

TEST(Pad, Modes) {
  const Tensor x = ramp({3}, 1);
  expect_close(padded("constant", x, {1, 2}), {0, 1, 2, 3, 0, 0}, 0);
  expect_close(padded("edge", x, {1, 2}), {1, 1, 2, 3, 3, 3}, 0);
  expect_close(padded("reflect", x, {2, 2}), {3, 2, 1, 2, 3, 2, 1}, 0);
  expect_close(padded("wrap", x, {1, 2}), {3, 1, 2, 3, 1, 2}, 0);
}

TEST(Pad, ConstantAxesAndNegativePads) {
  const Tensor x = ramp({2, 2}, 1);
  const Tensor y = run_op("Pad", {x, ints({1, 0}), Tensor::scalar<float>(9), ints({-1})})[0];
  expect_close(y, {9, 1, 2, 9, 3, 4}, 0);
  expect_close(padded("constant", x, {0, -1, 1, 0}), {2, 4, 0}, 0);
}

TEST(Pad, AddsToSymbolicSizes) {
  EXPECT_EQ(shape_with("Pad", {Dim::symbol("N"), Dim::symbol("W")}, ints({0, 1, 0, 2})), "[N,W+3]");
}

TEST(Pad, WrongCountsModesAndSizesAreCorrupt) {
  const Tensor x = ramp({3});
  EXPECT_EQ(fault_of([&] { padded("constant", x, {1}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { padded("sideways", x, {1, 1}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { padded("constant", x, {-2, -2}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              padded("edge", Tensor(ElementKind::f32, {0}), {1, 1});
            }),
            Fault::corrupt);
}

TEST(Pad, GradientMatchesCentralDifferences) {
  expect_gradient("Pad", {noise({2, 3}), ints({1, 0, 0, 2}), noise({}, 2)});
  expect_gradient("Pad", {noise({3, 4}), ints({-1, 2}), Tensor(), ints({1})});
  for (const char* mode : {"edge", "reflect", "wrap"}) {
    expect_gradient("Pad", {noise({3, 3}), ints({1, 2, 2, 1})}, {{"mode", std::string(mode)}});
  }
}

}  // namespace
}  // namespace pare
