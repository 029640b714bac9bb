#include "ops/gradient_test.hpp"
#include "ops/window_oracle.hpp"

namespace pare {
namespace {

struct Greatest {
  std::vector<float> values;
  std::vector<std::int64_t> places;
};

Greatest greatest(const Tensor& x, const Box& box, const Shape& out) {
  Greatest y;
  for (const Seen& s : naive_windows(x, box, out)) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < s.values.size(); ++i) {
      if (s.values[i] > s.values[best]) best = i;
    }
    y.values.push_back(static_cast<float>(s.values.at(best)));
    y.places.push_back(s.places.at(best));
  }
  return y;
}

TEST(MaxPool, PublishedExamplesWithIndices) {
  const Tensor x = ramp({1, 1, 5, 5}, 1);
  const Attributes five_by_five = {{"kernel_shape", Ints{5, 5}}, {"pads", Ints{2, 2, 2, 2}}};
  const auto y = run_op("MaxPool", {x}, five_by_five, 2);
  expect_close(y[0], {13, 14, 15, 15, 15, 18, 19, 20, 20, 20, 23, 24, 25,
                      25, 25, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25},
               0);
  EXPECT_EQ(y[1].to_ints(), (Shape{12, 13, 14, 14, 14, 17, 18, 19, 19, 19, 22, 23, 24,
                                   24, 24, 22, 23, 24, 24, 24, 22, 23, 24, 24, 24}));
  const Attributes columns = {
      {"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"storage_order", Int{1}}};
  const auto z = run_op("MaxPool", {x}, columns, 2);
  expect_close(z[0], {7, 9, 17, 19}, 0);
  EXPECT_EQ(z[1].to_ints(), (Shape{6, 16, 8, 18}));
}

TEST(MaxPool, StridesDilationsAndAsymmetricPads) {
  const Tensor x = noise({2, 3, 8, 9}, 1);
  const Box box({3, 2}, {2, 1}, {1, 0}, {0, 1}, {2, 3});
  const Attributes a = {{"kernel_shape", Ints{3, 2}},
                        {"strides", Ints{2, 1}},
                        {"pads", Ints{1, 0, 0, 1}},
                        {"dilations", Ints{2, 3}}};
  const auto y = run_op("MaxPool", {x}, a, 2);
  EXPECT_EQ(y[0].shape(), (Shape{2, 3, 3, 7}));
  const Greatest want = greatest(x, box, {1, 3, 7});
  expect_close(y[0], want.values, 0);
  EXPECT_EQ(y[1].to_ints(), want.places);
}

TEST(MaxPool, CeilModeAndAutoPad) {
  const Tensor x = noise({1, 2, 6, 6}, 2);
  const Tensor up =
      run_op("MaxPool", {x},
             {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"ceil_mode", Int{1}}})[0];
  EXPECT_EQ(up.shape(), (Shape{1, 2, 3, 3}));
  expect_close(up, greatest(x, Box({3, 3}, {2, 2}), {1, 3, 3}).values, 0);
  const auto same = [&](const char* mode) {
    return run_op("MaxPool", {x},
                  {{"kernel_shape", Ints{2, 2}}, {"auto_pad", std::string(mode)}})[0];
  };
  expect_close(same("SAME_UPPER"), greatest(x, Box({2, 2}, {}, {0, 0}, {1, 1}), {1, 6, 6}).values,
               0);
  expect_close(same("SAME_LOWER"), greatest(x, Box({2, 2}, {}, {1, 1}, {0, 0}), {1, 6, 6}).values,
               0);
}

TEST(MaxPool, IndicesByColumnsInThreeDimensionsAndLaterPlanes) {
  const Tensor x = noise({1, 2, 2, 3, 4}, 3);
  const Attributes a = {{"kernel_shape", Ints{2, 3, 4}}, {"storage_order", Int{1}}};
  const auto y = run_op("MaxPool", {x}, a, 2);
  const std::vector<float> v = x.to_floats();
  for (std::int64_t plane = 0; plane < 2; ++plane) {
    const std::int64_t said = y[1].to_ints()[plane] - plane * 24;
    const std::int64_t d = said % 2;  // the first dimension runs fastest
    const std::int64_t h = said / 2 % 3;
    const std::int64_t w = said / 6;
    EXPECT_EQ(v.at(plane * 24 + (d * 3 + h) * 4 + w), y[0].to_floats()[plane]);
  }
}

TEST(MaxPool, OneDimensionPaddingNeverWinsAndTheFirstOfEqualsDoes) {
  const Tensor x = Tensor::of<float>({1, 1, 4}, {-5, -3, -3, -7});
  const auto y = run_op("MaxPool", {x}, {{"kernel_shape", Ints{3}}, {"pads", Ints{1, 1}}}, 2);
  expect_close(y[0], {-3, -3, -3, -3}, 0);
  EXPECT_EQ(y[1].to_ints(), (Shape{1, 1, 1, 2}));
}

TEST(MaxPool, ElementTypes) {
  const Attributes a = {{"kernel_shape", Ints{2}}};
  for (const ElementKind kind :
       {ElementKind::i8, ElementKind::u8, ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor x = Tensor::of<float>({1, 1, 3}, {9, 2, 5}).cast(dtype_of(kind));
    const Tensor y = run_op("MaxPool", {x}, a)[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {9, 5}, 0);
  }
  const Tensor x = Tensor::of<std::int8_t>({1, 1, 2}, {-128, -100});
  EXPECT_EQ(run_op("MaxPool", {x}, a)[0].to_ints(), (Shape{-100}));
}

TEST(MaxPool, SymbolsAndRefusals) {
  const Attributes half = {
      {"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}};
  EXPECT_EQ(shape_text("MaxPool", {{Dim::symbol("N"), 64, 112, 112}}, half), "[N,64,56,56]");
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("N"), 64, 112, 112});
  EXPECT_EQ(infer_type("MaxPool", {x}, half, 1).text(), "int64[N,64,56,56]");
  const auto fault = [](const Shape& s, Attributes a) {
    return fault_of([&] { run_unchecked("MaxPool", {ramp(s)}, a); });
  };
  EXPECT_EQ(fault({1, 1, 4}, {}), Fault::corrupt);
  EXPECT_EQ(fault({1, 4}, {{"kernel_shape", Ints{}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4}, {{"kernel_shape", Ints{5}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4}, {{"kernel_shape", Ints{2}}, {"dilations", Ints{4}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4}, {{"kernel_shape", Ints{2}}, {"pads", Ints{-1, 0}}}), Fault::corrupt);
}

TEST(MaxPool, GradientMatchesCentralDifferences) {
  for (const Attributes& a : pool_cases()) {
    expect_gradient("MaxPool", {noise({2, 2, 5, 4})}, a);
    expect_gradient("MaxPool", {noise({1, 2, 5, 4})}, a, {.outputs = 2});
  }
  expect_gradient("MaxPool", {noise({1, 2, 6})},
                  {{"kernel_shape", Ints{3}}, {"storage_order", Int{1}}});
}

}  // namespace
}  // namespace pare
