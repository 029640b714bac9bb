#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Attributes two_by_two() { return {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}}; }

TEST(MaxUnpool, PublishedExamples) {
  const Tensor x = Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  const Tensor at = Tensor::of<std::int64_t>({1, 1, 2, 2}, {5, 7, 13, 15});
  expect_close(run_op("MaxUnpool", {x, at}, two_by_two())[0],
               {0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4}, 0);
  const Tensor five = Tensor::of<float>({1, 1, 2, 2}, {5, 6, 7, 8});
  const Tensor larger = run_op("MaxUnpool", {five, at, ints({1, 1, 5, 5})}, two_by_two())[0];
  EXPECT_EQ(larger.shape(), (Shape{1, 1, 5, 5}));
  expect_close(larger, {0, 0, 0, 0, 0, 0, 5, 0, 6, 0, 0, 0, 0, 0, 0, 0, 7, 0, 8, 0, 0, 0, 0, 0, 0},
               0);
}

TEST(MaxUnpool, UndoesMaxPool) {
  const Tensor x = noise({2, 3, 6, 8}, 1);
  const Attributes a = two_by_two();
  const auto pooled = run_op("MaxPool", {x}, a, 2);
  const Tensor y = run_op("MaxUnpool", {pooled[0], pooled[1]}, a)[0];
  EXPECT_EQ(y.shape(), x.shape());
  std::vector<float> want(static_cast<std::size_t>(x.size()), 0.0F);
  for (const std::int64_t i : pooled[1].to_ints()) want.at(i) = x.to_floats().at(i);
  expect_close(y, want, 0);
}

TEST(MaxUnpool, SymbolsAndRefusals) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("N"), 3, Dim::symbol("H"), 4});
  const ValueType at = typed(ElementKind::i64, {Dim::symbol("N"), 3, Dim::symbol("H"), 4});
  EXPECT_EQ(to_string(infer_op("MaxUnpool", {x, at}, two_by_two())), "[N,3,2*H,8]");
  const Tensor in = ramp({1, 1, 1, 2});
  const auto fault = [&](const Shape& places, const Tensor& shape, Attributes a) {
    return fault_of([&] {
      run_unchecked("MaxUnpool", {in, Tensor::of<std::int64_t>({1, 1, 1, 2}, places), shape}, a);
    });
  };
  EXPECT_EQ(fault({0, 8}, Tensor(), two_by_two()), Fault::corrupt);
  EXPECT_EQ(fault({0, -1}, Tensor(), two_by_two()), Fault::corrupt);
  EXPECT_EQ(fault({0, 7}, ints({1, 1, 1, 4}), two_by_two()), Fault::corrupt);
  EXPECT_EQ(fault({0, 1}, ints({2, 1, 2, 4}), two_by_two()), Fault::corrupt);
  EXPECT_EQ(fault({0, 1}, ints({2, 4}), two_by_two()), Fault::corrupt);
  EXPECT_EQ(fault({0, 1}, Tensor(), {}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_unchecked("MaxUnpool", {in, ints({0, 1})}, two_by_two());
            }),
            Fault::corrupt);
}

TEST(MaxUnpool, GradientMatchesCentralDifferences) {
  expect_gradient("MaxUnpool",
                  {noise({1, 1, 2, 2}), Tensor::of<std::int64_t>({1, 1, 2, 2}, {5, 7, 13, 10})},
                  {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
}

}  // namespace
}  // namespace pare
