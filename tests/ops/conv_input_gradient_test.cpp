#include "ops/window_oracle.hpp"

namespace pare {
namespace {

TEST(ConvInputGradient, HandComputed) {
  // dx[p + k] += dy[p] w[k].
  const Tensor dy = Tensor::of<float>({1, 1, 3}, {1, 2, 3});
  const Tensor w = Tensor::of<float>({1, 1, 2}, {10, 1});
  expect_close(run_op("ConvInputGradient", {dy, w, ints({1, 1, 4})}, {}, 1, "pare")[0],
               {10, 21, 32, 3}, 0);
}

TEST(ConvInputGradient, PlainLoops) {
  for (const std::int64_t group : {1, 2}) {
    const Box box({3, 2}, {2, 1}, {1, 0}, {0, 1}, {1, 2});
    const Shape shape = {2, 4, 6, 5};
    const Shape out = box.out(Shape{1, 6, 5});
    const Tensor dy = noise({2, 2, out[1], out[2]}, 2);
    const Tensor w = noise({2, 4 / group, 3, 2}, 3);
    const Attributes a = {{"group", group},
                          {"strides", Ints{2, 1}},
                          {"dilations", Ints{1, 2}},
                          {"pads", Ints{1, 0, 0, 1}}};
    const Tensor dx = run_op("ConvInputGradient", {dy, w, ints(shape)}, a, 1, "pare")[0];
    EXPECT_EQ(dx.shape(), shape);
    expect_close(dx, naive_input_gradient(dy, w, shape, box, out), 1e-6F);
  }
}

TEST(ConvInputGradient, WhatTheLastWindowDoesNotReachGetsNothing) {
  const Tensor dy = Tensor::of<float>({1, 1, 2}, {1, 2});
  const Tensor w = Tensor::of<float>({1, 1, 2}, {1, 1});
  const Attributes a = {{"strides", Ints{3}}};
  expect_close(run_op("ConvInputGradient", {dy, w, ints({1, 1, 7})}, a, 1, "pare")[0],
               {1, 1, 0, 2, 2, 0, 0}, 0);
}

TEST(ConvInputGradient, Refusals) {
  const auto fault = [](const Shape& dy, const Shape& shape) {
    return fault_of([&] {
      run_op("ConvInputGradient", {noise(dy), noise({3, 2, 2}), ints(shape)}, {}, 1, "pare");
    });
  };
  EXPECT_EQ(fault({1, 3, 6}, {1, 2, 6}), Fault::corrupt);
  EXPECT_EQ(fault({1, 4, 5}, {1, 2, 6}), Fault::corrupt);
  EXPECT_EQ(fault({1, 3, 5}, {1, 3, 6}), Fault::corrupt);
  EXPECT_EQ(fault({1, 3, 5}, {1, 2, 6, 1}), Fault::corrupt);
  EXPECT_EQ(fault({1, 3, 5}, {1, 2, -6}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
