#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(NhwcMaxPool, TakesTheGreatestCodeOfEveryWindow) {
  for (const ElementKind kind : {u8, i8}) {
    const Tensor x = code_noise(kind, {2, 5, 4, 3}, 3);
    const Tensor y = run_contrib(
        "NhwcMaxPool", {x},
        {{"kernel_shape", Ints{3, 2}}, {"strides", Ints{2, 1}}, {"pads", Ints{1, 1, 1, 0}}})[0];
    ASSERT_EQ(y.shape(), (Shape{2, 3, 4, 3}));
    EXPECT_EQ(y.kind(), kind);
    const auto in = x.to_ints();
    const auto out = y.to_ints();
    for (int i = 0; i < 72; ++i) {
      const int row = i / 12 % 3 * 2 - 1;
      const int column = i / 3 % 4 - 1;
      std::int64_t want = -1000;
      for (int r = std::max(row, 0); r < std::min(row + 3, 5); ++r) {
        for (int c = std::max(column, 0); c < column + 2; ++c) {
          const std::int64_t at = ((i / 36 * 5 + r) * 4 + c) * 3 + i % 3;
          want = std::max(want, in[static_cast<std::size_t>(at)]);
        }
      }
      EXPECT_EQ(out[static_cast<std::size_t>(i)], want) << i;
    }
  }
}

TEST(NhwcMaxPool, KeepsTheSymbolsOfBatchAndChannels) {
  const SymShape x = {Dim::symbol("N"), 8, 8, Dim::symbol("C")};
  EXPECT_EQ(
      to_string(infer_op("NhwcMaxPool", {typed(u8, x)},
                         {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}}, 0, kMicrosoft)),
      "[N,4,4,C]");
}

TEST(NhwcMaxPool, SmallRanksAndLargeWindowsAreCorrupt) {
  const auto run = [](const Shape& shape, Ints kernel) {
    return fault_of([&] {
      run_contrib("NhwcMaxPool", {code_noise(u8, shape, 1)}, {{"kernel_shape", std::move(kernel)}});
    });
  };
  EXPECT_EQ(run({2, 3}, {2}), Fault::corrupt);
  EXPECT_EQ(run({1, 3, 1}, {4}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
