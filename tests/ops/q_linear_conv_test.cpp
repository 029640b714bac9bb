#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

struct Case {
  Tensor x, w, w_scale, w_zero, bias;
  int x_zero = 0;
};

/// Real value of y[b, m, i, j] for two groups, kernel 3 x 2, strides 2 and 1, pads 1, 0, 0, 1,
/// dilations 1 and 2; x [2, 4, 5, 6], w [6, 2, 3, 2].
double naive(const Case& c, int b, int m, int i, int j) {
  const auto x = c.x.to_ints();
  const auto w = c.w.to_ints();
  const auto wz = c.w_zero.to_ints();
  const std::size_t map = wz.size() == 1 ? 0 : static_cast<std::size_t>(m);
  std::int64_t sum = c.bias.valid() ? c.bias.to_ints()[static_cast<std::size_t>(m)] : 0;
  for (int k = 0; k < 2; ++k) {
    for (int r = 0; r < 3; ++r) {
      for (int s = 0; s < 2; ++s) {
        const int row = 2 * i + r - 1;
        const int column = j + 2 * s;
        if (row < 0 || row >= 5 || column >= 6) continue;
        const int channel = m / 3 * 2 + k;
        const std::int64_t xi = ((b * 4 + channel) * 5 + row) * 6 + column;
        const std::int64_t wi = ((m * 2 + k) * 3 + r) * 2 + s;
        sum += (x[static_cast<std::size_t>(xi)] - c.x_zero) *
               (w[static_cast<std::size_t>(wi)] - wz[map]);
      }
    }
  }
  const auto scale = c.w_scale.to_doubles();
  return static_cast<double>(sum) * 0.0625 * scale[scale.size() == 1 ? 0 : map];
}

const Attributes kAttributes = {{"group", Int{2}},
                                {"strides", Ints{2, 1}},
                                {"pads", Ints{1, 0, 0, 1}},
                                {"dilations", Ints{1, 2}}};

void expect_naive(const Case& c, ElementKind y_kind) {
  const Tensor y = run_op("QLinearConv",
                          {c.x, one_float(0.0625F), one_code(c.x.kind(), c.x_zero), c.w, c.w_scale,
                           c.w_zero, one_float(2), one_code(y_kind, 60), c.bias},
                          kAttributes)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 6, 2, 5}));
  EXPECT_EQ(y.kind(), y_kind);
  expect_codes(y, 2, 60, [&](std::size_t i) {
    const auto at = static_cast<int>(i);
    return naive(c, at / 60, at / 10 % 6, at / 5 % 2, at % 5);
  });
}

TEST(QLinearConv, OneScaleForAllWeights) {
  Case c{code_noise(u8, {2, 4, 5, 6}, 1),
         code_noise(u8, {6, 2, 3, 2}, 2),
         one_float(0.03125F),
         one_code(u8, 130),
         {},
         125};
  expect_naive(c, u8);
}

TEST(QLinearConv, ScaleZeroPointAndBiasPerMap) {
  Case c{code_noise(u8, {2, 4, 5, 6}, 3),
         code_noise(i8, {6, 2, 3, 2}, 4),
         ramp({6}, 0.015625F, 0.0078125F),
         codes(i8, {6}, {0, 3, -5, 0, 1, 2}),
         Tensor::of<std::int32_t>({6}, {100, -200, 3000, 0, 5, -9000}),
         110};
  expect_naive(c, i8);
}

TEST(QLinearConv, ChannelsLastIsTheSameTransposed) {
  const Tensor w = code_noise(i8, {2, 3, 2, 2}, 5);
  const Tensor last = code_noise(u8, {1, 3, 4, 3}, 6);
  std::vector<int> moved;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t p = 0; p < 12; ++p) {
      moved.push_back(static_cast<int>(last.to_ints()[p * 3 + c]));
    }
  }
  const auto inputs = [&](const Tensor& x) {
    return std::vector<Tensor>{x,
                               one_float(0.5F),
                               one_code(u8, 100),
                               w,
                               one_float(0.25F),
                               one_code(i8, 0),
                               one_float(16),
                               one_code(u8, 128)};
  };
  const Tensor y = run_contrib("QLinearConv", inputs(last), {{"channels_last", Int{1}}})[0];
  const Tensor want = run_op("QLinearConv", inputs(codes(u8, {1, 3, 3, 4}, moved)))[0];
  ASSERT_EQ(y.shape(), (Shape{1, 2, 3, 2}));
  ASSERT_EQ(want.shape(), (Shape{1, 2, 2, 3}));
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(y.to_ints()[i], want.to_ints()[i % 2 * 6 + i / 2]) << i;
  }
}

TEST(QLinearConv, WrongShapesAreCorrupt) {
  const auto run = [](const Shape& x, const Shape& w, const Tensor& w_scale, const Tensor& bias) {
    return fault_of([&] {
      run_op("QLinearConv",
             {code_noise(u8, x, 1), one_float(1), one_code(u8, 0), code_noise(i8, w, 2), w_scale,
              one_code(i8, 0), one_float(1), one_code(u8, 0), bias});
    });
  };
  const Tensor bias = Tensor::of<std::int32_t>({3}, {1, 2, 3});
  EXPECT_EQ(run({1, 2, 4, 4}, {2, 3, 1, 1}, one_float(1), {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 4}, {2, 2, 1, 1}, one_float(1), {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 4, 4}, {2, 2, 1, 1}, ramp({3}, 1), {}), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 4, 4}, {2, 2, 1, 1}, one_float(1), bias), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 2, 2}, {2, 2, 3, 1}, one_float(1), {}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
