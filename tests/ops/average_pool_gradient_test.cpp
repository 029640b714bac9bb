#include "ops/window_oracle.hpp"

namespace pare {
namespace {

Tensor run(const Tensor& dy, const Shape& x, const Attributes& a) {
  return run_op("AveragePoolGradient", {dy, ints(x)}, a, 1, "pare")[0];
}

TEST(AveragePoolGradient, HandComputed) {
  const Tensor dy = Tensor::of<float>({1, 1, 3}, {2, 4, 6});
  // Windows [0,1], [1,2], [2,3] of two.
  expect_close(run(dy, {1, 1, 4}, {{"kernel_shape", Ints{2}}}), {1, 3, 5, 3}, 0);
  expect_close(run(dy, {1, 1, 4}, {{"kernel_shape", Ints{2}}, {"sums", Int{1}}}), {2, 6, 10, 6}, 0);
}

TEST(AveragePoolGradient, PaddingCountsWhenAsked) {
  // Windows {pad, 0}, {1, 2}, {3, pad} of two.
  const Tensor dy = Tensor::of<float>({1, 1, 3}, {2, 4, 6});
  Attributes a = {{"kernel_shape", Ints{2}}, {"strides", Ints{2}}, {"pads", Ints{1, 1}}};
  expect_close(run(dy, {1, 1, 4}, a), {2, 2, 2, 6}, 0);
  a["count_include_pad"] = Int{1};
  expect_close(run(dy, {1, 1, 4}, a), {1, 2, 2, 3}, 0);
}

TEST(AveragePoolGradient, PlanesAreApart) {
  const Tensor dy = Tensor::of<float>({2, 2, 1, 1}, {4, 8, 12, 16});
  expect_close(run(dy, {2, 2, 2, 2}, {{"kernel_shape", Ints{2, 2}}}),
               {1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4}, 0);
}

TEST(AveragePoolGradient, Refusals) {
  const Attributes a = {{"kernel_shape", Ints{2}}};
  EXPECT_EQ(fault_of([&] { run(noise({1, 1, 4}), {1, 1, 4}, a); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(noise({1, 2, 3}), {1, 1, 4}, a); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(noise({1, 1, 3}), {1, 4}, a); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
