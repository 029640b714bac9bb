#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

const Attributes kWindow = {
    {"kernel_shape", Ints{2, 3}}, {"strides", Ints{1, 2}}, {"pads", Ints{1, 0, 0, 1}}};

/// Mean of the 2 x 3 window of kWindow over a 4 x 5 plane.
double mean_at(const double* plane, int row, int column, bool padding) {
  double sum = 0;
  int count = 0;
  for (int i = row - 1; i <= row; ++i) {
    for (int j = 2 * column; j < 2 * column + 3; ++j) {
      const bool inside = i >= 0 && i < 4 && j < 5;
      if (inside) sum += plane[i * 5 + j];
      count += inside || padding ? 1 : 0;
    }
  }
  return sum / count;
}

class QLinearAveragePool : public testing::TestWithParam<std::tuple<ElementKind, bool>> {};

TEST_P(QLinearAveragePool, IsTheQuantizedMeanOfRealValues) {
  const auto [kind, padding] = GetParam();
  const Tensor x = code_noise(kind, {2, 3, 4, 5}, 6);
  Attributes attributes = kWindow;
  attributes.emplace("count_include_pad", Int{padding ? 1 : 0});
  const Tensor y =
      run_contrib("QLinearAveragePool",
                  {x, one_float(0.5F), one_code(kind, 11), one_float(0.75F), one_code(kind, 60)},
                  attributes)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3, 4, 2}));
  const auto real = real_values(x, 0.5, 11);
  const bool with_padding = padding;
  expect_codes(y, 0.75, 60, [&](std::size_t i) {
    const auto at = static_cast<int>(i);
    return mean_at(real.data() + at / 8 * 20, at / 2 % 4, at % 2, with_padding);
  });
}

INSTANTIATE_TEST_SUITE_P(All, QLinearAveragePool,
                         testing::Combine(testing::Values(u8, i8), testing::Bool()));

TEST(QLinearAveragePool, ChannelsLastIsTheSameTransposed) {
  const Tensor x = code_noise(u8, {1, 4, 5, 2}, 7);  // [B, H, W, C]
  Attributes attributes = kWindow;
  attributes.emplace("channels_last", Int{1});
  const Tensor y = run_contrib(
      "QLinearAveragePool", {x, one_float(0.5F), one_code(u8, 0), one_float(0.5F), one_code(u8, 0)},
      attributes)[0];
  ASSERT_EQ(y.shape(), (Shape{1, 4, 2, 2}));
  const auto real = real_values(x, 0.5, 0);
  expect_codes(y, 0.5, 0, [&](std::size_t i) {
    std::vector<double> plane;
    for (std::size_t p = 0; p < 20; ++p) plane.push_back(real[p * 2 + i % 2]);
    const auto at = static_cast<int>(i / 2);
    return mean_at(plane.data(), at / 2, at % 2, false);
  });
}

TEST(QLinearAveragePool, SmallRanksAndWindowsThatDoNotFitAreCorrupt) {
  const auto run = [](const Shape& shape, const Ints& kernel) {
    return fault_of([&] {
      run_contrib("QLinearAveragePool", {code_noise(u8, shape, 1), one_float(1), {}, one_float(1)},
                  {{"kernel_shape", kernel}});
    });
  };
  EXPECT_EQ(run({2, 3}, {2}), Fault::corrupt);
  EXPECT_EQ(run({1, 1, 3}, {4}), Fault::corrupt);
  EXPECT_EQ(run({1, 1, 3}, {2, 2}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
