#include "ops/gradient_test.hpp"
#include "ops/window_oracle.hpp"

namespace pare {
namespace {

/// y[b, m, p * stride + k * dilation - before] += x[b, c, p] * w[c, m, k], for `out` positions.
std::vector<float> spread(const Tensor& x, const Tensor& w, const Box& box, const Shape& out,
                          std::int64_t group = 1, const std::vector<double>& bias = {}) {
  const Shape xs = five(x.shape());
  const Shape ws = five(w.shape());
  const std::vector<double> xv = x.to_doubles();
  const std::vector<double> wv = w.to_doubles();
  const std::int64_t maps = ws[1] * group;
  const std::int64_t plane = out[0] * out[1] * out[2];
  std::vector<double> y(static_cast<std::size_t>(xs[0] * maps * plane), 0.0);
  for (std::size_t i = 0; i < y.size() && !bias.empty(); ++i) y[i] = bias.at(i / plane % maps);
  std::size_t from = 0;
  for (std::int64_t bc = 0; bc < xs[0] * xs[1]; ++bc) {
    const std::int64_t c = bc % xs[1];
    each_position({xs[2], xs[3], xs[4]}, [&](std::int64_t d, std::int64_t h, std::int64_t v) {
      const double value = xv.at(from++);
      for (std::int64_t m = 0; m < ws[1]; ++m) {
        const std::int64_t map = c / (xs[1] / group) * ws[1] + m;
        std::int64_t k = 0;
        each_position(box.kernel, [&](std::int64_t kd, std::int64_t kh, std::int64_t kw) {
          const double weight =
              wv.at((c * ws[1] + m) * box.kernel[0] * box.kernel[1] * box.kernel[2] + k++);
          const Shape at = {tap_at(box, 0, d, kd), tap_at(box, 1, h, kh), tap_at(box, 2, v, kw)};
          for (std::size_t i = 0; i < 3; ++i) {
            if (at[i] < 0 || at[i] >= out[i]) return;
          }
          y.at((bc / xs[1] * maps + map) * plane + (at[0] * out[1] + at[1]) * out[2] + at[2]) +=
              value * weight;
        });
      }
    });
  }
  return {y.begin(), y.end()};
}

Tensor run(const Tensor& x, const Tensor& w, const Attributes& a) {
  return run_op("ConvTranspose", {x, w}, a)[0];
}

TEST(ConvTranspose, PublishedExample) {
  const Tensor w(Tensor::of<float>({1, 2, 3, 3}, std::vector<float>(18, 1)));
  const std::vector<float> plane = {0,  1,  3, 3,  2,  3,  8,  15, 12, 7,  9,  21, 36,
                                    27, 15, 9, 20, 33, 24, 13, 6,  13, 21, 15, 8};
  std::vector<float> want = plane;
  want.insert(want.end(), plane.begin(), plane.end());
  const Tensor y = run(ramp({1, 1, 3, 3}), w, {});
  EXPECT_EQ(y.shape(), (Shape{1, 2, 5, 5}));
  expect_close(y, want, 0);
}

TEST(ConvTranspose, PublishedExampleOfDilations) {
  const Tensor x = Tensor::of<float>({1, 1, 3, 3}, {3, 8, 1, 9, 5, 7, 3, 2, 6});
  const Tensor w = Tensor::of<float>({1, 1, 2, 2}, {7, 2, 1, 9});
  expect_close(run(x, w, {{"dilations", Ints{2, 2}}}),
               {21, 56, 13, 16, 2,  63, 35, 67, 10, 14, 24, 22, 76,
                76, 21, 9,  5,  88, 45, 63, 3,  2,  33, 18, 54},
               0);
}

TEST(ConvTranspose, StridesPadsOutputPaddingGroupsAndBias) {
  const Tensor x = noise({2, 4, 3, 5}, 1);
  const Tensor w = noise({4, 3, 3, 2}, 2);
  const Tensor b = noise({6}, 3);
  const Attributes a = {
      {"strides", Ints{2, 3}},   {"pads", Ints{1, 0, 0, 2}}, {"output_padding", Ints{1, 2}},
      {"dilations", Ints{1, 2}}, {"group", Int{2}},          {"kernel_shape", Ints{3, 2}}};
  const Tensor y = run_op("ConvTranspose", {x, w, b}, a)[0];
  EXPECT_EQ(y.shape(), (Shape{2, 6, 7, 15}));  // 2*2+1+2+1-1, 4*3+2+2+1-2
  const Box box({3, 2}, {2, 3}, {1, 0}, {}, {1, 2});
  expect_close(y, spread(x, w, box, {1, 7, 15}, 2, b.to_doubles()), 3e-7F);
}

TEST(ConvTranspose, OneAndThreeDimensions) {
  const Tensor line = noise({1, 2, 4}, 4);
  const Tensor taps = noise({2, 3, 3}, 5);
  expect_close(run(line, taps, {{"strides", Ints{2}}}),
               spread(line, taps, Box({3}, {2}), {1, 1, 9}), 3e-7F);
  const Tensor solid = noise({1, 1, 2, 3, 2}, 6);
  const Tensor cube = noise({1, 2, 2, 2, 3}, 7);
  expect_close(run(solid, cube, {}), spread(solid, cube, Box({2, 2, 3}), {3, 4, 4}), 3e-7F);
}

TEST(ConvTranspose, OutputShapeAndAutoPadCutEvenly) {
  const Tensor x = noise({1, 1, 3, 4}, 8);
  const Tensor w = noise({1, 1, 4, 3}, 9);
  const auto check = [&](Attributes a, const Shape& before, const Shape& out) {
    a["strides"] = Ints{2, 2};
    const Tensor y = run(x, w, a);
    EXPECT_EQ(y.shape(), (Shape{1, 1, out[1], out[2]}));
    expect_close(y, spread(x, w, Box({4, 3}, {2, 2}, before), out), 3e-7F);
  };
  // Without pads the sizes are 8 and 9.
  check({{"auto_pad", std::string("SAME_UPPER")}}, {1, 0}, {1, 6, 8});
  check({{"auto_pad", std::string("SAME_LOWER")}}, {1, 1}, {1, 6, 8});
  check({{"auto_pad", std::string("VALID")}}, {0, 0}, {1, 8, 9});
  check({{"output_shape", Ints{5, 7}}}, {2, 1}, {1, 5, 7});
  check({{"output_shape", Ints{5, 7}}, {"auto_pad", std::string("SAME_UPPER")}}, {1, 1}, {1, 5, 7});
  check({{"output_shape", Ints{10, 9}}}, {0, 0}, {1, 10, 9});
}

TEST(ConvTranspose, ElementTypesAndEmptyBatch) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor x = Tensor::of<float>({1, 1, 2}, {1, 2}).cast(dtype_of(kind));
    const Tensor w = Tensor::of<float>({1, 1, 2}, {3, -1}).cast(dtype_of(kind));
    const Tensor y = run(x, w, {});
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {3, 5, -2}, 0);
  }
  EXPECT_EQ(run(Tensor(ElementKind::f32, {0, 1, 2}), ramp({1, 3, 2}), {}).shape(),
            (Shape{0, 3, 3}));
}

TEST(ConvTranspose, SymbolicShapes) {
  const ValueType w = typed(ElementKind::f32, {8, 4, 3, 3});
  const auto shape = [&](const SymShape& x, const Attributes& a) {
    return to_string(infer_op("ConvTranspose", {typed(ElementKind::f32, x), w}, a));
  };
  const SymShape x = {Dim::symbol("N"), 8, Dim::symbol("H"), 5};
  EXPECT_EQ(shape(x, {{"group", Int{2}}}), "[N,8,H+2,7]");
  EXPECT_EQ(shape(x, {{"strides", Ints{2, 2}}, {"auto_pad", std::string("SAME_UPPER")}}),
            "[N,4,2*H,10]");
  EXPECT_EQ(shape(x, {{"output_shape", Ints{9, 9}}, {"strides", Ints{2, 2}}}), "[N,4,9,9]");
  EXPECT_EQ(shape(x, {{"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 0, 0}}}), "[N,4,2*H,10]");
}

TEST(ConvTranspose, WhatDoesNotFitIsCorrupt) {
  const Tensor x = ramp({1, 4, 3, 3});
  const auto fault = [&](const Shape& w, const Attributes& a) {
    return fault_of([&] { run_unchecked("ConvTranspose", {x, Tensor(ElementKind::f32, w)}, a); });
  };
  EXPECT_EQ(fault({3, 1, 2, 2}, {}), Fault::corrupt);
  EXPECT_EQ(fault({4, 1, 2}, {}), Fault::corrupt);
  EXPECT_EQ(fault({4, 1, 0, 2}, {}), Fault::corrupt);
  const Shape w = {4, 1, 2, 2};
  EXPECT_EQ(fault(w, {{"group", Int{3}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"strides", Ints{0, 1}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"strides", Ints{Int{1} << 62, 1}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"dilations", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"pads", Ints{3, 3, 3, 3}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"pads", Ints{-1, 0, 0, 0}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"output_padding", Ints{-1, 0}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"output_shape", Ints{7}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"output_shape", Ints{7, -7}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"kernel_shape", Ints{3, 3}}}), Fault::corrupt);
  EXPECT_EQ(fault(w, {{"auto_pad", std::string("SOME")}}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_unchecked("ConvTranspose", {x, ramp(w), ramp({2})});
            }),
            Fault::corrupt);
}

TEST(ConvTranspose, GradientMatchesCentralDifferences) {
  struct Case {
    Shape x, w;
    Attributes attributes;
    bool needs_sizes = false;
  };
  const std::vector<Case> cases = {
      {{2, 2, 3, 2}, {2, 3, 3, 2}, {}},
      {{1, 2, 3, 4}, {2, 2, 3, 3}, {{"strides", Ints{2, 3}}, {"pads", Ints{1, 2, 1, 0}}}},
      {{1, 4, 4},
       {4, 2, 2},
       {{"group", Int{2}},
        {"dilations", Ints{3}},
        {"strides", Ints{2}},
        {"output_padding", Ints{2}}}},
      {{1, 2, 3, 3},
       {2, 1, 3, 3},
       {{"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{2, 2}}},
       true},
      {{1, 2, 3, 3}, {2, 1, 2, 3}, {{"output_shape", Ints{7, 6}}, {"strides", Ints{2, 2}}}, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(to_string(c.x));
    const GradientOptions options = {.static_shapes = c.needs_sizes ? std::vector<std::size_t>{0, 1}
                                                                    : std::vector<std::size_t>{1}};
    expect_gradient("ConvTranspose", {noise(c.x), noise(c.w, 2)}, c.attributes, options);
    const std::int64_t group = c.attributes.count("group") != 0 ? 2 : 1;
    expect_gradient("ConvTranspose", {noise(c.x), noise(c.w, 2), noise({c.w[1] * group}, 3)},
                    c.attributes, options);
  }
}

}  // namespace
}  // namespace pare
