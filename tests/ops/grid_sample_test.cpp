#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Tensor small() { return Tensor::of<float>({1, 1, 3, 2}, {0, 1, 2, 3, 4, 5}); }

/// Samples of small() at (p, p) for every p.
Tensor diagonal(const std::vector<float>& at, const Attributes& a,
                ElementKind kind = ElementKind::f32) {
  std::vector<float> grid;
  for (const float p : at) grid.insert(grid.end(), {p, p});
  const Tensor g = Tensor::of<float>({1, 1, static_cast<std::int64_t>(at.size()), 2}, grid);
  return run_op("GridSample", {small().cast(dtype_of(kind)), g}, a)[0];
}

Attributes words(const char* mode, const char* padding, Int corners = 0) {
  return {{"mode", std::string(mode)},
          {"padding_mode", std::string(padding)},
          {"align_corners", corners}};
}

TEST(GridSample, PublishedGrid) {
  std::vector<float> grid;
  for (const float y : {-1.0F, -0.6F, -0.2F, 0.2F, 0.6F, 1.0F}) {
    for (const float x : {-1.0F, -0.6F, -0.2F, 0.2F, 0.6F, 1.0F}) grid.insert(grid.end(), {x, y});
  }
  const Tensor y =
      run_op("GridSample", {ramp({1, 1, 4, 4}), Tensor::of<float>({1, 6, 6, 2}, grid)})[0];
  EXPECT_EQ(y.shape(), (Shape{1, 1, 6, 6}));
  expect_close(y,
               {0,    0.15F, 0.55F, 0.95F, 1.35F, 0.75F, 0.6F, 1.5F,  2.3F,  3.1F,  3.9F,  2.1F,
                2.2F, 4.7F,  5.5F,  6.3F,  7.1F,  3.7F,  3.8F, 7.9F,  8.7F,  9.5F,  10.3F, 5.3F,
                5.4F, 11.1F, 11.9F, 12.7F, 13.5F, 6.9F,  3,    6.15F, 6.55F, 6.95F, 7.35F, 3.75F},
               3e-7F);
}

TEST(GridSample, PublishedModesAndPaddings) {
  const std::vector<float> far = {-10, -5, -0.2F, 10, 5};
  expect_close(diagonal(far, words("linear", "zeros")), {0, 0, 1.7F, 0, 0}, 2e-7F);
  expect_close(diagonal(far, words("linear", "border")), {0, 0, 1.7F, 5, 5}, 2e-7F);
  expect_close(diagonal(far, words("linear", "reflection")), {2.5F, 0, 1.7F, 2.5F, 5}, 2e-7F);
  const std::vector<float> near = {-1, -0.5F, -0.2F, 0, 0.5F, 1};
  expect_close(diagonal(near, words("bilinear", "zeros")), {0, 0.5F, 1.7F, 2.5F, 4.5F, 1.25F},
               2e-7F);
  expect_close(diagonal(near, words("linear", "zeros", 1)), {0, 1.25F, 2, 2.5F, 3.75F, 5}, 2e-7F);
  expect_close(diagonal(near, words("nearest", "zeros")), {0, 0, 2, 2, 5, 0}, 0);
  expect_close(diagonal(near, words("cubic", "zeros")),
               {-0.1406F, 0.3828F, 1.7556F, 2.9688F, 5.1445F, 1.3906F}, 4e-5F);
}

TEST(GridSample, ThreeDimensionsNameTheLastFirst) {
  // v(d, h, w) = 100 d + 10 h + w sampled at pixel middles, corners aligned.
  Tensor x(ElementKind::f32, {1, 1, 2, 3, 3});
  for (std::size_t i = 0; i < 18; ++i) {
    const std::size_t depth = i / 9;
    const std::size_t row = i / 3 % 3;
    x.mutable_data<float>()[i] = static_cast<float>(100 * depth + 10 * row + i % 3);
  }
  const Tensor grid = Tensor::of<float>({1, 1, 1, 2, 3}, {-1, 0, 1, 0.5F, -1, 0});
  const Tensor y = run_op("GridSample", {x, grid}, words("linear", "zeros", 1))[0];
  EXPECT_EQ(y.shape(), (Shape{1, 1, 1, 1, 2}));
  expect_close(y, {110, 51.5F}, 1e-7F);
}

TEST(GridSample, BatchesChannelsAndNumbersThatAreNone) {
  const Tensor x = ramp({2, 2, 1, 1}, 1);
  const Tensor middle(ElementKind::f32, {2, 1, 1, 2});
  expect_close(run_op("GridSample", {x, middle})[0], {1, 2, 3, 4}, 0);
  const Tensor one_pixel = run_op("GridSample", {x, middle}, words("linear", "reflection", 1))[0];
  expect_close(one_pixel, {1, 2, 3, 4}, 0);
  expect_close(diagonal({kNan, kInf}, words("linear", "zeros")), {0, 0}, 0);
  EXPECT_EQ(diagonal({0}, words("linear", "zeros"), ElementKind::f16).kind(), ElementKind::f16);
}

TEST(GridSample, ShapesAndRefusals) {
  const auto infer = [](const SymShape& x, const SymShape& grid) {
    return shape_text("GridSample", {x, grid});
  };
  EXPECT_EQ(infer({Dim::symbol("N"), 3, 8, 8}, {Dim::symbol("N"), Dim::symbol("H"), 5, 2}),
            "[N,3,H,5]");
  EXPECT_EQ(fault_of([&] { infer({1, 3, 8, 8}, {1, 5, 5, 3}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { infer({1, 3, 8, 8}, {2, 5, 5, 2}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { infer({1, 3, 8, 8}, {1, 5, 2}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { diagonal({0}, words("quadratic", "zeros")); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { diagonal({0}, words("linear", "wrap")); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_unchecked("GridSample", {ramp({1, 1, 2, 2}), ramp({1, 1, 1, 3})});
            }),
            Fault::corrupt);
}

TEST(GridSample, ContribFormHasTheOlderNamesOfModes) {
  const Tensor x = Tensor::of<float>({1, 1, 1, 2}, {3, 7});
  const Tensor grid =
      Tensor::of<float>({1, 1, 2, 2}, {0, 0, -0.5F, 0});  // between, and on the first
  for (const char* mode : {"bilinear", "linear"}) {
    expect_close(
        run_op("GridSample", {x, grid}, {{"mode", std::string(mode)}}, 1, "com.microsoft")[0],
        {5, 3}, 0);
  }
}

TEST(GridSample, GradientMatchesCentralDifferences) {
  for (const char* mode : {"linear", "nearest", "cubic"}) {
    for (const char* padding : {"zeros", "border", "reflection"}) {
      for (const Int corners : {0, 1}) {
        SCOPED_TRACE(cat(mode, " ", padding, " ", corners));
        expect_gradient("GridSample", {noise({2, 2, 4, 5}), between({2, 2, 3, 2}, -1.4F, 1.4F)},
                        {{"mode", std::string(mode)},
                         {"padding_mode", std::string(padding)},
                         {"align_corners", corners}});
      }
    }
  }
  expect_gradient("GridSample", {noise({1, 2, 3, 2, 3}), between({1, 1, 2, 2, 3}, -0.9F, 0.9F)});
}

}  // namespace
}  // namespace pare
