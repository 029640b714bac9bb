#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Clip, LimitsBothSidesOrOne) {
  const Tensor x = Tensor::of<float>({4}, {-3, 0.5F, 7, kNan});
  const Tensor low = Tensor::scalar<float>(-1);
  const Tensor high = Tensor::scalar<float>(2);
  expect_close(run_op("Clip", {x, low, high})[0], {-1, 0.5F, 2, kNan}, 0);
  expect_close(run_op("Clip", {x, Tensor(), high})[0], {-3, 0.5F, 2, kNan}, 0);
  expect_close(run_op("Clip", {x, low})[0], {-1, 0.5F, 7, kNan}, 0);
  expect_close(run_op("Clip", {x, high, low})[0], {-1, -1, -1, kNan}, 0);
}

TEST(Clip, KeepsSymbolicShapesAndRefusesLimitsOfManyValues) {
  EXPECT_EQ(shape_text("Clip", {{Dim::symbol("N"), 2}, {}, {}}), "[N,2]");
  EXPECT_EQ(fault_of([] { run_op("Clip", {ramp({3}), ramp({2})}); }), Fault::corrupt);
}

TEST(Clip, GradientMatchesCentralDifferences) {
  const Tensor low = Tensor::of<float>({}, {-0.4F});
  const Tensor high = Tensor::of<float>({}, {0.3F});
  expect_gradient("Clip", {noise({3, 4}), low, high});
  expect_gradient("Clip", {noise({3, 4}), Tensor(), high});
  expect_gradient("Clip", {noise({3, 4}), low});
  expect_gradient("Clip", {noise({3, 4}), high, low});
  expect_gradient("Clip", {noise({3, 4})});
}

}  // namespace
}  // namespace pare
