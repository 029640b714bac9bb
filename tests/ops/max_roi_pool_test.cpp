#include <limits>

#include "ops/op_test.hpp"

namespace pare {
namespace {

Tensor pool(const Tensor& x, const std::vector<float>& rois, Ints pooled, float scale = 1) {
  const auto n = static_cast<std::int64_t>(rois.size()) / 5;
  return run_op("MaxRoiPool", {x, Tensor::of<float>({n, 5}, rois)},
                {{"pooled_shape", std::move(pooled)}, {"spatial_scale", scale}})
      .at(0);
}

TEST(MaxRoiPool, TakesTheGreatestOfEachBin) {
  // 0 .. 15 on a 4 x 4 picture: a box of all of it, cut into quarters.
  const Tensor y = pool(ramp({1, 1, 4, 4}), {0, 0, 0, 3, 3}, {2, 2});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 2, 2}));
  expect_close(y, {5, 7, 13, 15}, 0);
}

TEST(MaxRoiPool, BinsOverlapWhereTheBoxDoesNotDivide) {
  // Three pixels in two bins: pixels 0 and 1, 1 and 2.
  expect_close(pool(Tensor::of<float>({1, 1, 1, 3}, {1, 9, 2}), {0, 0, 0, 2, 0}, {1, 2}), {9, 9},
               0);
}

TEST(MaxRoiPool, ScalesBoxesAndPicksTheImage) {
  const Tensor x = ramp({2, 1, 2, 2});
  // Corners 2 and 3 at a scale of a half round to pixels 1 and 2; the picture ends at 1.
  expect_close(pool(x, {1, 2, 2, 3, 3, 0, 0, 0, 0, 0}, {1, 1}, 0.5F), {7, 0}, 0);
}

TEST(MaxRoiPool, ABoxOutsideThePictureGivesZero) {
  expect_close(pool(ramp({1, 1, 2, 2}, 5), {0, 10, 10, 12, 12}, {1, 1}), {0}, 0);
}

TEST(MaxRoiPool, RefusesWhatDoesNotFit) {
  const Tensor x = ramp({1, 1, 2, 2});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(fault_of([&] { pool(x, {1, 0, 0, 1, 1}, {1, 1}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { pool(x, {0, nan, 0, 1, 1}, {1, 1}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { pool(x, {0, 0, 0, 1e30F, 1}, {1, 1}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { pool(x, {0, 0, 0, 1, 1}, {1}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_op("MaxRoiPool", {x, ramp({1, 4})}, {{"pooled_shape", Ints{1, 1}}});
            }),
            Fault::corrupt);
}

TEST(MaxRoiPool, KeepsSymbols) {
  EXPECT_EQ(to_string(infer_op("MaxRoiPool",
                               {typed(ElementKind::f32, {1, 3, 8, 8}),
                                typed(ElementKind::f32, {Dim::symbol("R"), 5})},
                               {{"pooled_shape", Ints{2, 4}}})),
            "[R,3,2,4]");
}

}  // namespace
}  // namespace pare
