#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Tensor run(const Tensor& x, const std::vector<float>& box, const Attributes& a, Int batch = 0) {
  return run_op("RoiAlign", {x, Tensor::of<float>({1, 4}, box), ints({batch})}, a)[0];
}

Attributes grid(Int height, Int width, Int ratio) {
  return {{"output_height", height}, {"output_width", width}, {"sampling_ratio", ratio}};
}

/// v(y, x) = 10 y + x: bilinear samples of it are exact, so means are values at the middle.
Tensor slope() {
  Tensor x(ElementKind::f32, {1, 1, 8, 8});
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t row = i / 8;
    x.mutable_data<float>()[i] = static_cast<float>(10 * row + i % 8);
  }
  return x;
}

TEST(RoiAlign, BinsOfALinearFunctionAreItsValuesAtTheirMiddles) {
  // Box x 1 .. 5, y 2 .. 6 less half a pixel, 2 x 2 bins: middles x 1.5, 3.5 and y 2.5, 4.5.
  for (const Int ratio : {0, 1, 2, 3}) {
    expect_close(run(slope(), {1, 2, 5, 6}, grid(2, 2, ratio)), {26.5F, 28.5F, 46.5F, 48.5F},
                 2e-7F);
  }
  Attributes legacy = grid(2, 2, 2);
  legacy["coordinate_transformation_mode"] = std::string("output_half_pixel");
  expect_close(run(slope(), {1, 2, 5, 6}, legacy), {32, 34, 52, 54}, 2e-7F);
  Attributes half = grid(1, 1, 2);
  half["spatial_scale"] = 0.5F;  // x 0.5 .. 2.5, y 1 .. 3 less half a pixel
  expect_close(run(slope(), {1, 2, 5, 6}, half), {16}, 2e-7F);
}

TEST(RoiAlign, SmallBoxesOfTheLegacyModeAreOnePixelWide) {
  Attributes legacy = grid(1, 1, 1);
  legacy["coordinate_transformation_mode"] = std::string("output_half_pixel");
  expect_close(run(slope(), {2, 3, 2, 3}, legacy), {37.5F}, 2e-7F);         // the middle (3.5, 2.5)
  expect_close(run(slope(), {2, 3, 2, 3}, grid(1, 1, 1)), {26.5F}, 2e-7F);  // the point (2.5, 1.5)
}

TEST(RoiAlign, EdgesRepeatForOnePixelAndAreZeroBeyond) {
  const Tensor ones = Tensor::of<float>({1, 1, 2, 2}, {1, 1, 1, 1});
  // Columns at -0.5, 0.5, 1.5 and 2.5 (beyond 2): half pixels outside repeat the edge.
  expect_close(run(ones, {-0.5F, 0, 3.5F, 1}, grid(1, 4, 1)), {1, 1, 1, 0}, 0);
  expect_close(run(ones, {-9, -9, -7, -7}, grid(1, 1, 2)), {0}, 0);
}

TEST(RoiAlign, TheMaximumIsOfWeightedNeighbours) {
  const Tensor x = Tensor::of<float>({1, 1, 2, 2}, {4, 8, 12, 16});
  Attributes a = grid(1, 1, 1);
  a["mode"] = std::string("max");
  // One sample at (0.5, 0.5): a quarter of each neighbour.
  expect_close(run(x, {0.5F, 0.5F, 1.5F, 1.5F}, a), {4}, 0);
  // At (0, 0) the first neighbour alone.
  expect_close(run(x, {0, 0, 1, 1}, a), {4}, 0);
  expect_close(run(x, {1, 1, 2, 2}, a), {16}, 0);
}

TEST(RoiAlign, BatchesAndChannels) {
  const Tensor x = ramp({2, 2, 1, 1}, 1);
  expect_close(run(x, {0, 0, 1, 1}, {}, 1), {3, 4}, 0);
  expect_close(run(x, {0, 0, 1, 1}, {}, 0), {1, 2}, 0);
}

TEST(RoiAlign, ShapesAndRefusals) {
  const auto infer = [](const SymShape& x, const SymShape& rois) {
    return to_string(infer_op("RoiAlign",
                              {typed(ElementKind::f32, x), typed(ElementKind::f32, rois),
                               typed(ElementKind::i64, {rois[0]})},
                              grid(7, 5, 0)));
  };
  EXPECT_EQ(infer({1, 256, Dim::symbol("H"), 9}, {Dim::symbol("R"), 4}), "[R,256,7,5]");
  EXPECT_EQ(fault_of([&] { infer({1, 256, 9}, {3, 4}); }), Fault::corrupt);
  const auto fault = [](const std::vector<float>& box, Int batch, Attributes a) {
    return fault_of([&] { run(slope(), box, a, batch); });
  };
  EXPECT_EQ(fault({0, 0, 1, 1}, 1, {}), Fault::corrupt);
  EXPECT_EQ(fault({0, 0, 1, 1}, -1, {}), Fault::corrupt);
  EXPECT_EQ(fault({0, 0, 1e9F, 1}, 0, {}), Fault::corrupt);
  EXPECT_EQ(fault({0, 0, kNan, 1}, 0, {}), Fault::corrupt);
  EXPECT_EQ(fault({0, 0, 1, 1}, 0, grid(0, 1, 0)), Fault::corrupt);
  EXPECT_EQ(fault({0, 0, 1, 1}, 0, {{"mode", std::string("min")}}), Fault::corrupt);
  EXPECT_EQ(fault({0, 0, 1, 1}, 0, {{"coordinate_transformation_mode", std::string("x")}}),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_unchecked("RoiAlign", {slope(), ramp({1, 3}), ints({0})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_unchecked("RoiAlign", {slope(), ramp({1, 4}), ints({0, 0})});
            }),
            Fault::corrupt);
}

TEST(RoiAlign, GradientMatchesCentralDifferences) {
  const Tensor rois = Tensor::of<float>(
      {3, 4}, {0.6F, 0.7F, 3.2F, 4.1F, 1.1F, 0.2F, 2.3F, 2.9F, -1.5F, 2.2F, 3.1F, 7.4F});
  const std::vector<Tensor> inputs = {noise({2, 2, 5, 4}), rois, ints({0, 1, 1})};
  for (const char* mode : {"avg", "max"}) {
    for (const Int ratio : {0, 2}) {
      Attributes a = grid(2, 3, ratio);
      a["mode"] = std::string(mode);
      expect_gradient("RoiAlign", inputs, a, {.frozen = {1}});
      a["coordinate_transformation_mode"] = std::string("output_half_pixel");
      a["spatial_scale"] = 0.75F;
      expect_gradient("RoiAlign", inputs, a, {.frozen = {1}});
    }
  }
}

}  // namespace
}  // namespace pare
