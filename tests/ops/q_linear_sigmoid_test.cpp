#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(QLinearSigmoid, IsTheQuantizedSigmoidForEveryCode) {
  for (const ElementKind kind : {u8, i8}) {
    std::vector<int> all;
    for (int i = 0; i < 256; ++i) all.push_back(kind == u8 ? i : i - 128);
    const int zero = kind == u8 ? 128 : 0;
    const Tensor x = codes(kind, {16, 16}, all);
    const Tensor y = run_contrib("QLinearSigmoid", {x, one_float(0.0625F), one_code(kind, zero),
                                                    one_float(0.00390625F), one_code(kind, 3)})[0];
    ASSERT_EQ(y.shape(), x.shape());
    expect_codes(y, 1.0 / 256, 3, [&](std::size_t i) {
      return 0.5 * (1 + std::tanh((static_cast<double>(all[i]) - zero) * 0.03125));
    });
  }
}

TEST(QLinearSigmoid, TwoScalesAreCorrupt) {
  const Tensor x = codes(u8, {2}, {1, 2});
  EXPECT_EQ(fault_of([&] {
              run_contrib("QLinearSigmoid", {x, ramp({2}, 1), {}, one_float(1)});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
