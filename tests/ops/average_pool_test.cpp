#include "ops/gradient_test.hpp"
#include "ops/window_oracle.hpp"

namespace pare {
namespace {

std::vector<float> means(const Tensor& x, const Box& box, const Shape& out, bool with_padding) {
  std::vector<float> y;
  for (const Seen& s : naive_windows(x, box, out)) {
    double sum = 0;
    for (const double v : s.values) sum += v;
    const double n =
        with_padding ? static_cast<double>(s.padded) : static_cast<double>(s.values.size());
    y.push_back(static_cast<float>(sum / n));
  }
  return y;
}

TEST(AveragePool, PublishedExamplesOfPadding) {
  const Tensor x = ramp({1, 1, 5, 5}, 1);
  Attributes a = {{"kernel_shape", Ints{5, 5}}, {"pads", Ints{2, 2, 2, 2}}};
  expect_close(run_op("AveragePool", {x}, a)[0],
               {7,     7.5F, 8,     8.5F, 9,     9.5F, 10,    10.5F, 11,    11.5F, 12,    12.5F, 13,
                13.5F, 14,   14.5F, 15,   15.5F, 16,   16.5F, 17,    17.5F, 18,    18.5F, 19},
               1e-7F);
  a["count_include_pad"] = Int{1};
  expect_close(
      run_op("AveragePool", {x}, a)[0],
      {2.52F, 3.6F, 4.8F,  4.08F, 3.24F, 4.56F,  6.4F,  8.4F,  7.04F, 5.52F, 7.2F,  10,   13,
       10.8F, 8.4F, 6.96F, 9.6F,  12.4F, 10.24F, 7.92F, 6.12F, 8.4F,  10.8F, 8.88F, 6.84F},
      2e-7F);
}

TEST(AveragePool, PublishedCeilExample) {
  const Tensor x = ramp({1, 1, 4, 4}, 1);
  const Attributes a = {
      {"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"ceil_mode", Int{1}}};
  expect_close(run_op("AveragePool", {x}, a)[0], {6, 7.5F, 12, 13.5F}, 0);
}

TEST(AveragePool, CeilModeDoesNotCountWhatLiesBehindThePadding) {
  const Tensor x = noise({2, 2, 6, 7}, 1);
  const Box box({3, 3}, {2, 3}, {1, 0}, {1, 1});
  Attributes a = {{"kernel_shape", Ints{3, 3}},
                  {"strides", Ints{2, 3}},
                  {"pads", Ints{1, 0, 1, 1}},
                  {"ceil_mode", Int{1}}};
  for (const bool with : {false, true}) {
    a["count_include_pad"] = Int{with};
    const Tensor y = run_op("AveragePool", {x}, a)[0];
    EXPECT_EQ(y.shape(), (Shape{2, 2, 4, 3}));  // (6 + 2 - 3) / 2 up + 1, (7 + 1 - 3) / 3 up + 1
    expect_close(y, means(x, box, {1, 4, 3}, with), 2e-7F);
  }
}

TEST(AveragePool, WindowsThatBeginInThePaddingBehindAreDropped) {
  const Tensor x = ramp({1, 1, 2});  // starts -1, 1, 3: the last lies on padding only
  const Attributes a = {
      {"kernel_shape", Ints{1}}, {"strides", Ints{2}}, {"pads", Ints{1, 2}}, {"ceil_mode", Int{1}}};
  const Tensor y = run_op("AveragePool", {x}, a)[0];
  EXPECT_EQ(y.shape(), (Shape{1, 1, 2}));
}

TEST(AveragePool, DilationsOneAndThreeDimensions) {
  const Tensor x = noise({1, 2, 9}, 2);
  expect_close(run_op("AveragePool", {x},
                      {{"kernel_shape", Ints{3}}, {"dilations", Ints{3}}, {"pads", Ints{2, 0}}})[0],
               means(x, Box({3}, {}, {2}, {0}, {3}), {1, 1, 5}, false), 2e-7F);
  const Tensor solid = noise({1, 1, 3, 4, 5}, 3);
  expect_close(run_op("AveragePool", {solid}, {{"kernel_shape", Ints{2, 2, 3}}})[0],
               means(solid, Box({2, 2, 3}), {2, 3, 3}, false), 2e-7F);
}

TEST(AveragePool, AutoPad) {
  const Tensor x = noise({1, 3, 7, 6}, 4);
  const auto run = [&](const char* mode) {
    return run_op("AveragePool", {x},
                  {{"kernel_shape", Ints{2, 3}},
                   {"strides", Ints{1, 2}},
                   {"auto_pad", std::string(mode)}})[0];
  };
  expect_close(run("SAME_UPPER"), means(x, Box({2, 3}, {1, 2}, {0, 0}, {1, 1}), {1, 7, 3}, false),
               2e-7F);
  expect_close(run("SAME_LOWER"), means(x, Box({2, 3}, {1, 2}, {1, 1}, {0, 0}), {1, 7, 3}, false),
               2e-7F);
  expect_close(run("VALID"), means(x, Box({2, 3}, {1, 2}), {1, 6, 2}, false), 2e-7F);
}

TEST(AveragePool, ElementTypesAndSymbols) {
  const Attributes a = {{"kernel_shape", Ints{2}}};
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor x = Tensor::of<float>({1, 1, 3}, {1, 2, 5}).cast(dtype_of(kind));
    const Tensor y = run_op("AveragePool", {x}, a)[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {1.5F, 3.5F}, 0);
  }
  const Attributes half = {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}};
  EXPECT_EQ(shape_text("AveragePool", {{Dim::symbol("N"), 8, 16, 15}}, half), "[N,8,8,7]");
  const Attributes same = {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}};
  EXPECT_EQ(shape_text("AveragePool", {{1, 8, Dim::symbol("H"), 9}}, same), "[1,8,H,9]");
}

TEST(AveragePool, WhatDoesNotFitIsCorrupt) {
  const auto fault = [](const Shape& x, Attributes a) {
    return fault_of([&] { run_unchecked("AveragePool", {ramp(x)}, a); });
  };
  EXPECT_EQ(fault({1, 1, 4}, {}), Fault::corrupt);
  EXPECT_EQ(fault({4, 4}, {{"kernel_shape", Ints{2}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4}, {{"kernel_shape", Ints{2, 2}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4}, {{"kernel_shape", Ints{5}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4}, {{"kernel_shape", Ints{0}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4}, {{"kernel_shape", Ints{2}}, {"pads", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4}, {{"kernel_shape", Ints{2}}, {"strides", Ints{-1}}}), Fault::corrupt);
}

TEST(AveragePool, GradientMatchesCentralDifferences) {
  for (const Attributes& a : pool_cases()) {
    expect_gradient("AveragePool", {noise({2, 2, 5, 4})}, a);
    Attributes padded = a;
    padded["count_include_pad"] = Int{1};
    expect_gradient("AveragePool", {noise({1, 1, 5, 4})}, padded);
  }
  expect_gradient("AveragePool", {noise({1, 2, 6})},
                  {{"kernel_shape", Ints{3}}, {"strides", Ints{2}}});
}

}  // namespace
}  // namespace pare
