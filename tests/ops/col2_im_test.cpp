#include <cstring>

#include "ops/elementwise.hpp"

namespace pare {
namespace {

struct Fold {
  Shape image, block, stride = {1, 1}, dilation = {1, 1}, pad = {0, 0, 0, 0};
  [[nodiscard]] Attributes attributes() const {
    return {{"strides", stride}, {"dilations", dilation}, {"pads", pad}};
  }
  [[nodiscard]] Int steps(int d) const {
    return (image[d] + pad[d] + pad[d + 2] - (dilation[d] * (block[d] - 1) + 1)) / stride[d] + 1;
  }
};

/// Plain loops over image planes, blocks and their elements.
std::vector<double> folded(const Fold& f, const Tensor& x, Int planes) {
  const Int blocks = f.steps(0) * f.steps(1);
  const Int kernel = f.block[0] * f.block[1];
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(planes * f.image[0] * f.image[1]));
  for (Int p = 0; p < planes; ++p) {
    for (Int l = 0; l < blocks; ++l) {
      for (Int k = 0; k < kernel; ++k) {
        const Int row = l / f.steps(1) * f.stride[0] + k / f.block[1] * f.dilation[0] - f.pad[0];
        const Int column = l % f.steps(1) * f.stride[1] + k % f.block[1] * f.dilation[1] - f.pad[1];
        if (row < 0 || row >= f.image[0] || column < 0 || column >= f.image[1]) continue;
        y[(p * f.image[0] + row) * f.image[1] + column] += in[(p * kernel + k) * blocks + l];
      }
    }
  }
  return y;
}

TEST(Col2Im, SumsWhatLiesOnAPixel) {
  const std::vector<Fold> cases = {
      {{4, 5}, {1, 5}},
      {{4, 5}, {2, 3}},
      {{6, 7}, {2, 3}, {2, 1}, {1, 2}, {1, 0, 2, 3}},
      {{5, 5}, {3, 3}, {3, 2}, {1, 1}, {1, 1, 0, 1}},
  };
  for (const Fold& f : cases) {
    const Int blocks = f.steps(0) * f.steps(1);
    const Tensor x = noise({2, 3 * f.block[0] * f.block[1], blocks}, 9);
    const Tensor y = run_op("Col2Im", {x, ints(f.image), ints(f.block)}, f.attributes()).at(0);
    EXPECT_EQ(y.shape(), (Shape{2, 3, f.image[0], f.image[1]}));
    const std::vector<double> want = folded(f, x, 6);
    expect_close(y, std::vector<float>(want.begin(), want.end()), 3e-7F);
  }
}

TEST(Col2Im, WorksInOneAndThreeDimensions) {
  // Windows of 2 over 3 places: the middle is the sum of two block elements.
  const Tensor line = Tensor::of<float>({1, 2, 2}, {1, 2, 10, 20});
  expect_close(run_op("Col2Im", {line, ints({3}), ints({2})}).at(0), {1, 12, 20}, 0);
  const Tensor cube = ramp({1, 8, 1}, 1);
  expect_close(run_op("Col2Im", {cube, ints({2, 2, 2}), ints({2, 2, 2})}).at(0),
               {1, 2, 3, 4, 5, 6, 7, 8}, 0);
}

TEST(Col2Im, WholeAndComplexNumbersAreExact) {
  const Int big = std::numeric_limits<Int>::max();
  const Tensor x = Tensor::of<Int>({1, 2, 2}, {1, big, 1, 3});
  const Tensor y = run_op("Col2Im", {x, ints({3}), ints({2})}).at(0);
  EXPECT_TRUE(identical(y, Tensor::of<Int>({1, 1, 3}, {1, std::numeric_limits<Int>::min(), 3})));
  Tensor c(ElementKind::c64, {1, 2, 2});
  const std::vector<float> parts = {1, -1, 2, -2, 10, -10, 20, -20};
  std::memcpy(c.mutable_bytes().data(), parts.data(), c.bytes().size());
  const Tensor sum = run_op("Col2Im", {c, ints({3}), ints({2})}).at(0);
  const std::vector<float> want = {1, -1, 12, -12, 20, -20};
  ASSERT_EQ(sum.bytes().size(), want.size() * sizeof(float));
  EXPECT_EQ(std::memcmp(sum.bytes().data(), want.data(), sum.bytes().size()), 0);
  const Tensor b = Tensor::of<bool>({1, 2, 2}, {false, true, true, false});
  expect_close(run_op("Col2Im", {b, ints({3}), ints({2})}).at(0), {0, 1, 0}, 0);
}

TEST(Col2Im, KeepsSymbolsAndRefusesWhatDoesNotFit) {
  const ValueType x = typed(ElementKind::f16, {Dim::symbol("N"), 12, Dim::symbol("L")});
  const ValueType two = typed(ElementKind::i64, {2});
  EXPECT_EQ(to_string(infer_op("Col2Im", {x, two, two}, {}, 0, "",
                               {Tensor(), ints({5, 6}), ints({2, 3})})),
            "[N,2,5,6]");
  const auto fails = [](const Shape& input, const Shape& image, const Shape& block) {
    EXPECT_EQ(fault_of([&] {
                run_unchecked("Col2Im", {ramp(input), ints(image), ints(block)});
              }),
              Fault::corrupt);
  };
  fails({1, 4, 3}, {3, 3}, {2, 2});
  fails({1, 5, 4}, {3, 3}, {2, 2});
  fails({1, 4, 4}, {3, 3}, {2});
  fails({1, 4, 4}, {3, 3}, {4, 1});
  fails({1, 4, 4}, {3, 0}, {2, 2});
  fails({4, 4}, {3, 3}, {2, 2});
}

}  // namespace
}  // namespace pare
