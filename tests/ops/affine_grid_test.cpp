#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(AffineGrid, TheIdentityGivesThePlacesOfThePixels) {
  const Tensor theta = Tensor::of<float>({1, 2, 3}, {1, 0, 0, 0, 1, 0});
  // Two rows and four columns: the middles of halves and quarters of [-1, 1], x first.
  const Tensor y = run_op("AffineGrid", {theta, ints({1, 7, 2, 4})}).at(0);
  EXPECT_EQ(y.shape(), (Shape{1, 2, 4, 2}));
  expect_close(y,
               {-0.75F, -0.5F, -0.25F, -0.5F, 0.25F, -0.5F, 0.75F, -0.5F, -0.75F, 0.5F, -0.25F,
                0.5F, 0.25F, 0.5F, 0.75F, 0.5F},
               0);
  const Attributes corners = {{"align_corners", Int{1}}};
  expect_close(run_op("AffineGrid", {theta, ints({1, 1, 2, 3})}, corners).at(0),
               {-1, -1, 0, -1, 1, -1, -1, 1, 0, 1, 1, 1}, 0);
  expect_close(run_op("AffineGrid", {theta, ints({1, 1, 1, 2})}, corners).at(0), {-1, 0, 1, 0}, 0);
}

TEST(AffineGrid, EveryBatchHasItsMap) {
  const Tensor theta = Tensor::of<double>({2, 2, 3}, {2, 0, 1, 0, 3, -1, 0, 1, 0, 1, 0, 10});
  // The one pixel lies at (0, 0), of two columns at x = -0.5 and 0.5.
  const Tensor y = run_op("AffineGrid", {theta, ints({2, 1, 1, 2})}).at(0);
  EXPECT_EQ(y.kind(), ElementKind::f64);
  expect_close(y, {0, -1, 2, -1, 0, 9.5F, 0, 10.5F}, 0);
}

TEST(AffineGrid, InSpaceTheThirdCoordinateIsTheFirstDimension) {
  std::vector<float> map = {1, 0, 0, 0.5F, 0, 1, 0, 0, 10, 100, 1000, 0};
  const Tensor theta = Tensor::of<float>({1, 3, 4}, map);
  const Attributes corners = {{"align_corners", Int{1}}};
  const Tensor y = run_op("AffineGrid", {theta, ints({1, 1, 3, 2, 2})}, corners).at(0);
  EXPECT_EQ(y.shape(), (Shape{1, 3, 2, 2, 3}));
  std::vector<float> want;
  for (int z = -1; z <= 1; ++z) {
    for (int v = -1; v <= 1; v += 2) {
      for (int x = -1; x <= 1; x += 2) {
        want.push_back(static_cast<float>(x) + 0.5F);
        want.push_back(static_cast<float>(v));
        want.push_back(static_cast<float>(10 * x + 100 * v + 1000 * z));
      }
    }
  }
  expect_close(y, want, 0);
  const Tensor half =
      run_op("AffineGrid", {theta.cast(dtype_of(ElementKind::bf16)), ints({1, 1, 3, 2, 2})},
             corners)
          .at(0);
  EXPECT_TRUE(identical(half, y.cast(dtype_of(ElementKind::bf16))));
}

TEST(AffineGrid, KeepsSymbolsAndRefusesWhatDoesNotFit) {
  const ValueType theta = typed(ElementKind::f32, {Dim::symbol("N"), 2, 3});
  const ValueType size = typed(ElementKind::i64, {4});
  EXPECT_EQ(to_string(infer_op("AffineGrid", {theta, size})), "[N,?,?,2]");
  EXPECT_EQ(
      to_string(infer_op("AffineGrid", {theta, size}, {}, 0, "", {Tensor(), ints({5, 1, 6, 7})})),
      "[5,6,7,2]");
  const auto fails = [](const Tensor& t, const Shape& s) {
    EXPECT_EQ(fault_of([&] { run_unchecked("AffineGrid", {t, ints(s)}); }), Fault::corrupt);
  };
  fails(ramp({1, 2, 3}), {2, 1, 2, 2});
  fails(ramp({1, 2, 3}), {1, 1, 2, 2, 2});
  fails(ramp({1, 2, 4}), {1, 1, 2, 2});
  fails(ramp({1, 4, 5}), {1, 1, 2, 2});
  fails(ramp({1, 2, 3}), {1, 1, -2, 2});
  fails(ramp({2, 3}), {1, 1, 2, 2});
}

}  // namespace
}  // namespace pare
