#include "ops/elementwise.hpp"

namespace pare {
namespace {

std::vector<Tensor> run(const Tensor& x, const Tensor& grid, const Tensor& dy,
                        const Attributes& a = {}) {
  return run_op("GridSampleGradient", {x, grid, dy}, a, 2, "pare");
}

TEST(GridSampleGradient, LinearByHand) {
  // Three pixels with their middles at -2/3, 0 and 2/3: the place 1/3 lies half way between the
  // last two, and one unit of the grid is 3 / 2 pixels.
  const Tensor x = Tensor::of<float>({1, 1, 3}, {1, 5, 9});
  const Tensor grid = Tensor::of<float>({1, 1, 1}, {1.0F / 3});
  const auto d = run(x, grid, Tensor::of<float>({1, 1, 1}, {2}));
  expect_close(d[0], {0, 1, 1}, 1e-6F);
  expect_close(d[1], {2 * (9 - 5) * 1.5F}, 1e-6F);
}

TEST(GridSampleGradient, TheGridNamesTheLastDimensionFirst) {
  // v(row, column) = 10 row + column, so the slopes are those times two pixels per unit.
  Tensor x(ElementKind::f32, {1, 1, 4, 4});
  for (std::size_t i = 0; i < 16; ++i) {
    const std::size_t row = i / 4;
    x.mutable_data<float>()[i] = static_cast<float>(10 * row + i % 4);
  }
  const Tensor grid = Tensor::of<float>({1, 1, 1, 2}, {0.1F, -0.2F});
  const auto d = run(x, grid, Tensor::of<float>({1, 1, 1, 1}, {1}));
  expect_close(d[1], {2, 20}, 1e-5F);
}

TEST(GridSampleGradient, NearestAndClampedPlacesHaveNoSlope) {
  const Tensor x = noise({1, 1, 4});
  const Tensor grid = Tensor::of<float>({1, 2, 1}, {0.1F, 5});
  const Tensor dy = Tensor::of<float>({1, 1, 2}, {1, 2});
  const auto nearest = run(x, grid, dy, {{"mode", std::string("nearest")}});
  expect_close(nearest[0], {0, 0, 1, 0}, 0);
  expect_close(nearest[1], {0, 0}, 0);
  const auto border = run(x, grid, dy, {{"padding_mode", std::string("border")}});
  EXPECT_EQ(border[1].to_doubles()[1], 0);
  EXPECT_EQ(border[0].to_doubles()[3], 2);
}

TEST(GridSampleGradient, Refusals) {
  const Tensor x = noise({1, 1, 4});
  EXPECT_EQ(fault_of([&] { run(x, noise({1, 2, 1}), noise({1, 1, 3})); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(x, noise({1, 2, 2}), noise({1, 1, 2})); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(x, noise({2, 2, 1}), noise({2, 1, 2})); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
