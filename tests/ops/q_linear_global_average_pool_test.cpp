#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(QLinearGlobalAveragePool, IsTheQuantizedMeanOfEveryPlane) {
  for (const ElementKind kind : {u8, i8}) {
    const Tensor x = code_noise(kind, {2, 3, 2, 4}, 8);
    const Tensor y = run_contrib(
        "QLinearGlobalAveragePool",
        {x, one_float(0.5F), one_code(kind, 100), one_float(0.125F), one_code(kind, 50)})[0];
    ASSERT_EQ(y.shape(), (Shape{2, 3, 1, 1}));
    const auto real = real_values(x, 0.5, 100);
    expect_codes(y, 0.125, 50, [&](std::size_t i) {
      double sum = 0;
      for (std::size_t k = 0; k < 8; ++k) sum += real[i * 8 + k];
      return sum / 8;
    });
  }
}

TEST(QLinearGlobalAveragePool, ChannelsLast) {
  const Tensor x = codes(u8, {1, 2, 2, 2}, {1, 100, 2, 110, 3, 120, 6, 130});
  const Tensor y = run_contrib("QLinearGlobalAveragePool",
                               {x, one_float(1), one_code(u8, 0), one_float(1), one_code(u8, 0)},
                               {{"channels_last", Int{1}}})[0];
  ASSERT_EQ(y.shape(), (Shape{1, 1, 1, 2}));
  EXPECT_EQ(y.to_ints(), (Shape{3, 115}));
}

TEST(QLinearGlobalAveragePool, SmallRanksAreCorrupt) {
  EXPECT_EQ(fault_of([] {
              run_contrib("QLinearGlobalAveragePool",
                          {codes(u8, {2, 2}, {1, 2, 3, 4}), one_float(1), {}, one_float(1)});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
