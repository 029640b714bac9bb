#include "ops/elementwise.hpp"

namespace pare {
namespace {

Tensor run(const Tensor& x, const Tensor& dy, const Attributes& a) {
  return run_op("MaxPoolGradient", {x, dy}, a, 1, "pare")[0];
}

TEST(MaxPoolGradient, HandComputed) {
  const Tensor x = Tensor::of<float>({1, 1, 5}, {1, 5, 2, 3, 0});
  const Tensor dy = Tensor::of<float>({1, 1, 4}, {1, 10, 100, 1000});
  expect_close(run(x, dy, {{"kernel_shape", Ints{2}}}), {0, 11, 0, 1100, 0}, 0);
}

TEST(MaxPoolGradient, TheFirstOfEqualsAndNanTakeAll) {
  const Tensor dy = Tensor::of<float>({1, 2, 1, 1}, {3, 7});
  const Tensor x = Tensor::of<float>({1, 2, 2, 2}, {4, 4, 4, 4, 1, kNan, 9, kNan});
  expect_close(run(x, dy, {{"kernel_shape", Ints{2, 2}}}), {3, 0, 0, 0, 0, 7, 0, 0}, 0);
}

TEST(MaxPoolGradient, PaddingIsNeverGreatest) {
  const Tensor x = Tensor::of<float>({1, 1, 2}, {-2, -1});
  const Tensor dy = Tensor::of<float>({1, 1, 3}, {1, 2, 4});
  expect_close(run(x, dy, {{"kernel_shape", Ints{2}}, {"pads", Ints{1, 1}}}), {1, 6}, 0);
}

TEST(MaxPoolGradient, Refusals) {
  const Attributes a = {{"kernel_shape", Ints{2}}};
  EXPECT_EQ(fault_of([&] { run(noise({1, 1, 4}), noise({1, 1, 4}), a); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(noise({1, 4}), noise({1, 3}), a); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
