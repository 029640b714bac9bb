#include "ops/window_oracle.hpp"

namespace pare {
namespace {

TEST(ConvWeightGradient, HandComputed) {
  // dw[k] = sum over p of dy[p] x[p + k].
  const Tensor x = Tensor::of<float>({1, 1, 4}, {1, 2, 3, 4});
  const Tensor dy = Tensor::of<float>({1, 1, 3}, {1, 10, 100});
  expect_close(run_op("ConvWeightGradient", {x, dy, ints({1, 1, 2})}, {}, 1, "pare")[0], {321, 432},
               0);
}

TEST(ConvWeightGradient, PlainLoops) {
  for (const std::int64_t group : {1, 2}) {
    const Box box({3, 2}, {2, 1}, {1, 0}, {0, 1}, {1, 2});
    const Tensor x = noise({2, 4, 6, 5}, 1);
    const Shape out = box.out(Shape{1, 6, 5});
    const Tensor dy = noise({2, 2, out[1], out[2]}, 2);
    const Shape shape = {2, 4 / group, 3, 2};
    const Attributes a = {{"group", group},
                          {"strides", Ints{2, 1}},
                          {"dilations", Ints{1, 2}},
                          {"pads", Ints{1, 0, 0, 1}}};
    const Tensor dw = run_op("ConvWeightGradient", {x, dy, ints(shape)}, a, 1, "pare")[0];
    EXPECT_EQ(dw.shape(), shape);
    expect_close(dw, naive_weight_gradient(x, dy, shape, box, out), 1e-6F);
  }
}

TEST(ConvWeightGradient, MissingPositionsAreZeros) {
  const Tensor x = noise({1, 1, 6}, 1);
  const Tensor dy = noise({1, 2, 3}, 2);
  Tensor full(ElementKind::f32, {1, 2, 5});
  for (std::size_t i = 0; i < 6; ++i) {
    full.mutable_data<float>()[i / 3 * 5 + i % 3] = dy.data<float>()[i];
  }
  const Tensor shape = ints({2, 1, 2});
  const auto got = run_op("ConvWeightGradient", {x, dy, shape}, {}, 1, "pare")[0];
  const auto want = run_op("ConvWeightGradient", {x, full, shape}, {}, 1, "pare")[0];
  EXPECT_TRUE(identical(got, want));
}

TEST(ConvWeightGradient, SymbolsAndRefusals) {
  const auto type = [](const SymShape& s) { return typed(ElementKind::f32, s); };
  EXPECT_EQ(to_string(infer_op("ConvWeightGradient",
                               {type({Dim::symbol("N"), 3, 8}), type({Dim::symbol("N"), 4, 7}),
                                typed(ElementKind::i64, {3})},
                               {}, 0, "pare", {Tensor(), Tensor(), ints({4, 3, 2})})),
            "[4,3,2]");
  const auto fault = [](const Shape& dy, const Shape& shape) {
    return fault_of([&] {
      run_op("ConvWeightGradient", {noise({1, 2, 6}), noise(dy), ints(shape)}, {}, 1, "pare");
    });
  };
  EXPECT_EQ(fault({1, 3, 6}, {3, 2, 2}), Fault::corrupt);   // too many positions
  EXPECT_EQ(fault({1, 3, 5}, {4, 2, 2}), Fault::corrupt);   // other maps
  EXPECT_EQ(fault({1, 3, 5}, {3, 1, 2}), Fault::corrupt);   // other channels
  EXPECT_EQ(fault({1, 3, 5}, {3, 2}), Fault::corrupt);      // other rank
  EXPECT_EQ(fault({1, 3, 5}, {3, 2, -2}), Fault::corrupt);  // no size
}

}  // namespace
}  // namespace pare
