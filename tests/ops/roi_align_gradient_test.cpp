#include "ops/elementwise.hpp"

namespace pare {
namespace {

Tensor run(const Tensor& x, const std::vector<float>& boxes, const Tensor& images, const Tensor& dy,
           const Attributes& a) {
  const auto count = static_cast<std::int64_t>(boxes.size() / 4);
  return run_op("RoiAlignGradient", {x, Tensor::of<float>({count, 4}, boxes), images, dy}, a, 1,
                "pare")[0];
}

const Attributes kOneSample = {{"sampling_ratio", Int{1}}};

TEST(RoiAlignGradient, OneSampleSharesAmongFourNeighbours) {
  // The sample lies at (row 0.25, column 0.5).
  const Tensor x(ElementKind::f32, {1, 1, 2, 2});
  const Tensor dy = Tensor::of<float>({1, 1, 1, 1}, {8});
  expect_close(run(x, {0.5F, 0.25F, 1.5F, 1.25F}, ints({0}), dy, kOneSample), {3, 3, 1, 1}, 1e-6F);
}

TEST(RoiAlignGradient, OverlappingBoxesAddUp) {
  const Tensor x(ElementKind::f32, {2, 1, 2, 2});
  const Tensor dy = Tensor::of<float>({3, 1, 1, 1}, {1, 10, 100});
  // The boxes' middles are pixels (0, 0), (0, 0) and (1, 1).
  expect_close(run(x, {0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 2, 2}, ints({1, 1, 0}), dy, kOneSample),
               {0, 0, 0, 100, 11, 0, 0, 0}, 1e-6F);
}

TEST(RoiAlignGradient, TheMaximumTakesAllTimesItsWeight) {
  const Tensor x = Tensor::of<float>({1, 1, 2, 2}, {4, 8, 12, 16});
  Attributes a = kOneSample;
  a["mode"] = std::string("max");
  const Tensor dy = Tensor::of<float>({1, 1, 1, 1}, {8});
  expect_close(run(x, {0.5F, 0.5F, 1.5F, 1.5F}, ints({0}), dy, a), {0, 0, 0, 2}, 1e-6F);
}

TEST(RoiAlignGradient, Refusals) {
  const Tensor x = noise({1, 1, 2, 2});
  const auto fault = [&](const Tensor& images, const Tensor& dy) {
    return fault_of([&] { run(x, {0, 0, 1, 1}, images, dy, kOneSample); });
  };
  EXPECT_EQ(fault(ints({1}), noise({1, 1, 1, 1})), Fault::corrupt);
  EXPECT_EQ(fault(ints({0}), noise({1, 1, 2, 1})), Fault::corrupt);
  EXPECT_EQ(fault(ints({0, 0}), noise({1, 1, 1, 1})), Fault::corrupt);
}

}  // namespace
}  // namespace pare
