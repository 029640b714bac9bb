#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(QLinearReduceMean, IsTheQuantizedMeanOverTheAxes) {
  const Tensor x = code_noise(i8, {2, 3, 4}, 9);
  const auto real = real_values(x, 0.5, -3);
  const std::vector<Tensor> inputs = {x, one_float(0.5F), one_code(i8, -3), one_float(0.25F),
                                      one_code(i8, 6)};
  const auto mean = [&](std::size_t k) {  // over axes 0 and 2
    double sum = 0;
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 4; ++j) sum += real[(i * 3 + k) * 4 + j];
    }
    return sum / 8;
  };
  const Attributes axes = {{"axes", Ints{0, -1}}, {"keepdims", Int{1}}};
  const Tensor kept = run_contrib("QLinearReduceMean", inputs, axes)[0];
  ASSERT_EQ(kept.shape(), (Shape{1, 3, 1}));
  expect_codes(kept, 0.25, 6, mean);
  const Tensor gone =
      run_contrib("QLinearReduceMean", inputs, {{"axes", Ints{0, -1}}, {"keepdims", Int{0}}})[0];
  ASSERT_EQ(gone.shape(), (Shape{3}));
  expect_codes(gone, 0.25, 6, mean);
}

TEST(QLinearReduceMean, AllAxesByDefault) {
  const Tensor x = codes(u8, {2, 2}, {1, 2, 3, 6});
  const Tensor y = run_contrib("QLinearReduceMean", {x, one_float(1), {}, one_float(0.5F)},
                               {{"keepdims", Int{0}}})[0];
  ASSERT_EQ(y.shape(), Shape{});
  EXPECT_EQ(y.to_ints(), (Shape{6}));
}

TEST(QLinearReduceMean, AxesOutsideOrTwiceAreCorrupt) {
  const auto run = [](Ints axes) {
    return fault_of([&] {
      run_contrib("QLinearReduceMean", {codes(u8, {2}, {1, 2}), one_float(1), {}, one_float(1)},
                  {{"axes", std::move(axes)}, {"keepdims", Int{1}}});
    });
  };
  EXPECT_EQ(run({1}), Fault::corrupt);
  EXPECT_EQ(run({0, -1}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
