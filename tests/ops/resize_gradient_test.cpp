#include <numeric>

#include "ops/elementwise.hpp"

namespace pare {
namespace {

Attributes mode(const char* name, const char* place) {
  return {{"mode", std::string(name)}, {"coordinate_transformation_mode", std::string(place)}};
}

TEST(ResizeGradient, NearestAddsUpWhatCopiesAnElement) {
  const Tensor dy = Tensor::of<float>({5}, {1, 10, 100, 1000, 10000});
  // Positions 0, 0.4, 0.8, 1.2, 1.6 round down.
  Attributes a = mode("nearest", "asymmetric");
  a["nearest_mode"] = std::string("floor");
  expect_close(
      run_op("ResizeGradient", {dy, ints({2}), Tensor(), Tensor(), ints({5})}, a, 1, "pare")[0],
      {111, 11000}, 0);
}

TEST(ResizeGradient, LinearSharesByWeight) {
  const Tensor dy = Tensor::of<float>({1, 3}, {1, 10, 100});
  // Positions 0, 1/2 and 1 between two elements.
  expect_close(run_op("ResizeGradient", {dy, ints({1, 2}), Tensor(), Tensor(), ints({1, 3})},
                      mode("linear", "align_corners"), 1, "pare")[0],
               {6, 105}, 1e-6F);
}

TEST(ResizeGradient, WhatIsExtrapolatedGivesNothing) {
  // Positions -1, 0, 1, 2 of two elements.
  const Tensor dy = Tensor::of<float>({4}, {1, 10, 100, 1000});
  const Tensor roi = Tensor::of<float>({2}, {-1, 2});
  expect_close(run_op("ResizeGradient", {dy, ints({2}), roi, Tensor(), ints({4})},
                      mode("linear", "tf_crop_and_resize"), 1, "pare")[0],
               {10, 100}, 1e-6F);
}

TEST(ResizeGradient, WeightsOfEveryModeSumToOne) {
  const Tensor dy = noise({3, 7, 5});
  const std::vector<double> v = dy.to_doubles();
  const double want = std::accumulate(v.begin(), v.end(), 0.0);
  for (const char* name : {"nearest", "linear", "cubic"}) {
    const Tensor dx =
        run_op("ResizeGradient", {dy, ints({3, 3, 10}), Tensor(), Tensor(), ints({3, 7, 5})},
               mode(name, "half_pixel"), 1, "pare")[0];
    const std::vector<double> got = dx.to_doubles();
    EXPECT_NEAR(std::accumulate(got.begin(), got.end(), 0.0), want, 1e-5) << name;
  }
}

TEST(ResizeGradient, Refusals) {
  const auto fault = [](const Shape& dy, const Shape& x) {
    return fault_of([&] {
      run_op("ResizeGradient", {noise(dy), ints(x), Tensor(), Tensor::of<float>({1}, {2})}, {}, 1,
             "pare");
    });
  };
  EXPECT_EQ(fault({5}, {2}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {2, 1}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {-2}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
