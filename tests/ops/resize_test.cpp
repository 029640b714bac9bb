#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Tensor floats(const std::vector<float>& v) {
  return Tensor::of<float>({static_cast<std::int64_t>(v.size())}, v);
}

Attributes modes(const std::string& mode, const std::string& transformation = "half_pixel") {
  return {{"mode", mode}, {"coordinate_transformation_mode", transformation}};
}

Tensor by_scales(const Tensor& x, const std::vector<float>& scales, const Attributes& a) {
  return run_op("Resize", {x, Tensor(), floats(scales)}, a)[0];
}

Tensor by_sizes(const Tensor& x, const Shape& sizes, const Attributes& a) {
  return run_op("Resize", {x, Tensor(), Tensor(), ints(sizes)}, a)[0];
}

Tensor square() { return Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4}); }
Tensor grid() { return ramp({1, 1, 4, 4}, 1); }
Tensor strip() { return ramp({1, 1, 2, 4}, 1); }

TEST(Resize, PublishedNearest) {
  expect_close(by_scales(square(), {1, 1, 2, 3}, {}),
               {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4}, 0);
  expect_close(by_scales(strip(), {1, 1, 0.6F, 0.6F}, {}), {1, 3}, 0);
  expect_close(by_sizes(square(), {1, 1, 7, 8}, {}),
               {1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1,
                2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 3, 3, 4, 4, 4, 4},
               0);
}

TEST(Resize, EveryWayToChooseTheNearest) {  // the rows of published examples
  const Tensor row = ramp({4}, 1);
  const auto run = [&](const char* nearest, const char* transformation) {
    Attributes a = modes("nearest", transformation);
    a["nearest_mode"] = std::string(nearest);
    return by_sizes(row, {8}, a);
  };
  expect_close(run("floor", "align_corners"), {1, 1, 1, 2, 2, 3, 3, 4}, 0);
  expect_close(run("round_prefer_ceil", "asymmetric"), {1, 2, 2, 3, 3, 4, 4, 4}, 0);
  expect_close(run("round_prefer_floor", "asymmetric"), {1, 1, 2, 2, 3, 3, 4, 4}, 0);
  expect_close(run("ceil", "half_pixel"), {1, 2, 2, 3, 3, 4, 4, 4}, 0);
  expect_close(run("floor", "half_pixel"), {1, 1, 1, 2, 2, 3, 3, 4}, 0);
}

TEST(Resize, PublishedLinear) {
  expect_close(
      by_scales(square(), {1, 1, 2, 2}, modes("linear")),
      {1, 1.25F, 1.75F, 2, 1.5F, 1.75F, 2.25F, 2.5F, 2.5F, 2.75F, 3.25F, 3.5F, 3, 3.25F, 3.75F, 4},
      0);
  expect_close(by_scales(square(), {1, 1, 2, 2}, modes("linear", "align_corners")),
               {1, 1.3333334F, 1.6666666F, 2, 1.6666666F, 2, 2.3333333F, 2.6666667F, 2.3333333F,
                2.6666667F, 3, 3.3333333F, 3, 3.3333333F, 3.6666667F, 4},
               1e-7F);
  expect_close(by_scales(strip(), {1, 1, 0.6F, 0.6F}, modes("linear")), {2.6666665F, 4.3333331F},
               1e-7F);
  expect_close(by_scales(strip(), {1, 1, 0.6F, 0.6F}, modes("linear", "align_corners")), {1, 4}, 0);
  expect_close(by_sizes(grid(), {1, 1, 3, 1}, modes("linear", "pytorch_half_pixel")),
               {1.6666666F, 7, 12.333333F}, 1e-7F);
  expect_close(
      by_scales(ramp({1, 1, 1, 4}, 1), {1, 1, 1, 0.6F}, modes("linear", "half_pixel_symmetric")),
      {1.6666667F, 3.3333333F}, 1e-7F);
  expect_close(by_scales(square(), {1, 1, 2.3F, 2.94F}, modes("linear", "half_pixel_symmetric")),
               {1,           1.15986395F, 1.5F,        1.84013605F, 2,
                1.56521738F, 1.72508133F, 2.06521738F, 2.40535343F, 2.56521738F,
                2.43478262F, 2.59464657F, 2.93478262F, 3.27491867F, 3.43478262F,
                3,           3.15986395F, 3.5F,        3.84013605F, 4},
               2e-7F);
}

TEST(Resize, PublishedCubic) {
  const Tensor up = by_scales(grid(), {1, 1, 2, 2}, modes("cubic"));
  const std::vector<float> row = {0.47265625F, 0.76953125F, 1.24609375F, 1.875F,
                                  2.28125F,    2.91015625F, 3.38671875F, 3.68359375F};
  const std::vector<float> column = {0.47265625F, 1.66015625F,  3.56640625F,  6.08203125F,
                                     7.70703125F, 10.22265625F, 12.12890625F, 13.31640625F};
  std::vector<float> want;
  for (const float c : column) {
    for (const float r : row) want.push_back(r + c - 0.47265625F);
  }
  expect_close(up, want, 1e-7F);
  const Tensor asymmetric = by_scales(grid(), {1, 1, 2, 2}, modes("cubic", "asymmetric"));
  const std::vector<float> first = {1, 1.40625F, 2, 2.5F, 3, 3.59375F, 4, 4.09375F};
  const std::vector<float> down = {1, 2.625F, 5, 7, 9, 11.375F, 13, 13.375F};
  want.clear();
  for (const float c : down) {
    for (const float r : first) want.push_back(r + c - 1);
  }
  expect_close(asymmetric, want, 1e-7F);
  expect_close(by_scales(grid(), {1, 1, 0.8F, 0.8F}, modes("cubic")),
               {1.47119141F, 2.78125F, 4.08251953F, 6.71142578F, 8.02148438F, 9.32275391F,
                11.91650391F, 13.2265625F, 14.52783203F},
               1e-6F);
  Attributes sharp = modes("cubic");
  sharp["cubic_coeff_a"] = -0.5F;
  sharp["exclude_outside"] = Int{1};
  expect_close(by_scales(grid(), {1, 1, 0.8F, 0.8F}, sharp),
               {1.36812675F, 2.6695014F, 4.0133367F, 6.57362535F, 7.875F, 9.2188353F, 11.94896657F,
                13.25034122F, 14.59417652F},
               2e-7F);
}

TEST(Resize, PublishedAntialias) {
  Attributes linear = modes("linear");
  linear["antialias"] = Int{1};
  Attributes cubic = modes("cubic");
  cubic["antialias"] = Int{1};
  expect_close(by_scales(grid(), {1, 1, 0.6F, 0.6F}, linear), {2.875F, 4.5F, 9.375F, 11}, 2e-7F);
  expect_close(by_sizes(grid(), {1, 1, 3, 3}, linear),
               {2.3636363F, 3.590909F, 4.818182F, 7.2727275F, 8.5F, 9.727273F, 12.181818F,
                13.409091F, 14.636364F},
               2e-7F);
  expect_close(by_scales(grid(), {1, 1, 0.6F, 0.6F}, cubic),
               {2.5180721F, 4.2858863F, 9.589329F, 11.357142F}, 3e-7F);
  expect_close(by_sizes(grid(), {1, 1, 3, 3}, cubic),
               {1.7750092F, 3.1200073F, 4.4650054F, 7.1550016F, 8.5F, 9.844998F, 12.534994F,
                13.8799925F, 15.224991F},
               1e-6F);
}

TEST(Resize, PublishedCrops) {
  Attributes a = modes("linear", "tf_crop_and_resize");
  const Tensor roi = floats({0, 0, 0.4F, 0.6F, 1, 1, 0.6F, 0.8F});
  const Tensor sizes = ints({1, 1, 3, 3});
  const std::vector<float> want = {7.6000004F, 7.9F, 8.2F, 8.8F, 9.1F, 9.400001F, 10, 10.3F, 10.6F};
  expect_close(run_op("Resize", {grid(), roi, Tensor(), sizes}, a)[0], want, 2e-7F);
  Attributes swapped = a;
  swapped["axes"] = Ints{3, 2};
  expect_close(run_op("Resize", {grid(), floats({0.6F, 0.4F, 0.8F, 0.6F}), Tensor(), ints({3, 3})},
                      swapped)[0],
               want, 2e-7F);
  a["extrapolation_value"] = 10.0F;
  const Tensor wide = floats({0, 0, 0.4F, 0.6F, 1, 1, 1.2F, 1.7F});
  expect_close(run_op("Resize", {grid(), wide, Tensor(), sizes}, a)[0],
               {7.6000004F, 10, 10, 12.400001F, 10, 10, 10, 10, 10}, 2e-7F);
  a["mode"] = std::string("nearest");
  expect_close(run_op("Resize", {grid(), wide, Tensor(), sizes}, a)[0],
               {7, 10, 10, 11, 10, 10, 10, 10, 10}, 0);
}

TEST(Resize, PublishedAxesAndPolicies) {
  const auto run = [](const Tensor& x, const Shape& sizes, const char* policy) {
    return by_sizes(x, sizes,
                    {{"axes", Ints{2, 3}}, {"keep_aspect_ratio_policy", std::string(policy)}});
  };
  EXPECT_EQ(run(square(), {7, 8}, "not_larger").shape(), (Shape{1, 1, 7, 7}));
  EXPECT_EQ(run(square(), {7, 8}, "not_smaller").shape(), (Shape{1, 1, 8, 8}));
  const Tensor small = run(strip(), {1, 3}, "not_larger");
  EXPECT_EQ(small.shape(), (Shape{1, 1, 1, 2}));
  expect_close(small, {1, 3}, 0);
  const Tensor large = run(strip(), {1, 3}, "not_smaller");
  EXPECT_EQ(large.shape(), (Shape{1, 1, 2, 3}));
  expect_close(large, {1, 2, 4, 5, 6, 8}, 0);
  expect_close(by_scales(square(), {3, 2}, {{"axes", Ints{3, -2}}}),
               {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4}, 0);
}

TEST(Resize, LinearFunctionsStayLinearInAnyRank) {
  // v = 2 d - h + 3 w on [4,3,5], corners aligned: the same function of the finer coordinates.
  Tensor x(ElementKind::f32, {4, 3, 5});
  std::size_t i = 0;
  for (int d = 0; d < 4; ++d) {
    for (int h = 0; h < 3; ++h) {
      for (int w = 0; w < 5; ++w)
        x.mutable_data<float>()[i++] = static_cast<float>(2 * d - h + 3 * w);
    }
  }
  std::vector<float> want;
  for (int d = 0; d < 7; ++d) {
    for (int h = 0; h < 5; ++h) {
      for (int w = 0; w < 3; ++w) {
        want.push_back(static_cast<float>(2 * d * 3 / 6.0 - h * 2 / 4.0 + 3 * w * 4 / 2.0));
      }
    }
  }
  const Tensor y = by_sizes(x, {7, 5, 3}, modes("linear", "align_corners"));
  expect_close(y, want, 2e-7F);
  expect_close(by_sizes(ramp({3}), {5}, modes("linear", "align_corners")), {0, 0.5F, 1, 1.5F, 2},
               0);
}

TEST(Resize, ElementTypes) {
  const Tensor text = Tensor::of<std::string>({2}, {"a", "b"});
  EXPECT_EQ(by_scales(text, {2}, {}).data<std::string>()[1], "a");
  const Tensor bytes = Tensor::of<std::uint8_t>({2}, {0, 255});
  EXPECT_EQ(by_scales(bytes, {2}, {}).to_ints(), (Shape{0, 0, 255, 255}));
  EXPECT_EQ(by_scales(bytes, {2}, modes("linear")).to_ints(), (Shape{0, 63, 191, 255}));
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor y =
        by_scales(Tensor::of<float>({2}, {0, 4}).cast(dtype_of(kind)), {2}, modes("linear"));
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {0, 1, 3, 4}, 0);
  }
}

TEST(Resize, SizesOfScalesAreRoundedAsFloats) {
  EXPECT_EQ(by_scales(ramp({10}), {0.7F}, {}).shape(), (Shape{7}));  // 6.99999988 in doubles
  EXPECT_EQ(by_scales(ramp({3}), {0.3F}, {}).size(), 0);
  EXPECT_EQ(by_scales(Tensor(ElementKind::f32, {0, 2}), {2, 2}, {}).shape(), (Shape{0, 4}));
}

TEST(Resize, EmptyInputsCountAsAbsent) {
  const Tensor none(ElementKind::f32, {0});
  expect_close(run_op("Resize", {ramp({2}), none, none, ints({4})})[0], {0, 0, 1, 1}, 0);
  expect_close(run_op("Resize", {ramp({2}), none, floats({2}), Tensor(ElementKind::i64, {0})})[0],
               {0, 0, 1, 1}, 0);
}

TEST(Resize, SymbolicShapes) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("N"), 3, Dim::symbol("H"), 10});
  const ValueType four = typed(ElementKind::f32, {4});
  const auto scaled = [&](const std::vector<float>& s) {
    return to_string(
        infer_op("Resize", {x, ValueType(), four}, {}, 0, "", {Tensor(), Tensor(), floats(s)}));
  };
  EXPECT_EQ(scaled({1, 1, 2, 2}), "[N,3,2*H,20]");
  EXPECT_EQ(scaled({1, 1, 0.5F, 0.7F}), "[N,3,floor((H)/2),7]");
  EXPECT_EQ(scaled({1, 1, 0.7F, 0.5F}), "[N,3,?,5]");
  const ValueType two = typed(ElementKind::i64, {2});
  const Attributes spatial = {{"axes", Ints{2, 3}}};
  EXPECT_EQ(to_string(infer_op("Resize", {x, ValueType(), ValueType(), two}, spatial, 0, "",
                               {Tensor(), Tensor(), Tensor(), ints({20, 30})})),
            "[N,3,20,30]");
  EXPECT_EQ(to_string(infer_op("Resize", {x, ValueType(), ValueType(), two}, spatial)),
            "[N,3,?,?]");
}

TEST(Resize, WhatDoesNotFitIsCorrupt) {
  const Tensor x = ramp({2, 3});
  const auto fault = [&](const Tensor& roi, const Tensor& scales, const Tensor& sizes,
                         const Attributes& a) {
    return fault_of([&] { run_unchecked("Resize", {x, roi, scales, sizes}, a); });
  };
  const Tensor no;
  EXPECT_EQ(fault(no, no, no, {}), Fault::corrupt);
  EXPECT_EQ(fault(no, floats({1, 1}), ints({2, 3}), {}), Fault::corrupt);
  EXPECT_EQ(fault(no, floats({1}), no, {}), Fault::corrupt);
  EXPECT_EQ(fault(no, floats({1, -1}), no, {}), Fault::corrupt);
  EXPECT_EQ(fault(no, floats({1, kNan}), no, {}), Fault::corrupt);
  EXPECT_EQ(fault(no, floats({1, kInf}), no, {}), Fault::corrupt);
  EXPECT_EQ(fault(no, no, ints({2, -3}), {}), Fault::corrupt);
  EXPECT_EQ(fault(no, no, ints({2}), {{"axes", Ints{2}}}), Fault::corrupt);
  EXPECT_EQ(fault(no, no, ints({2, 3}), {{"axes", Ints{1, -1}}}), Fault::corrupt);
  EXPECT_EQ(fault(no, no, ints({2, 3}), modes("area")), Fault::corrupt);
  EXPECT_EQ(fault(no, no, ints({2, 3}), modes("linear", "corners")), Fault::corrupt);
  EXPECT_EQ(fault(no, no, ints({2, 3}), {{"nearest_mode", std::string("up")}}), Fault::corrupt);
  EXPECT_EQ(fault(no, no, ints({2, 3}), {{"keep_aspect_ratio_policy", std::string("crop")}}),
            Fault::corrupt);
  EXPECT_EQ(fault(no, no, ints({2, 3}), {{"antialias", Int{1}}}), Fault::corrupt);
  const Attributes crop = modes("linear", "tf_crop_and_resize");
  EXPECT_EQ(fault(no, no, ints({2, 3}), crop), Fault::corrupt);
  EXPECT_EQ(fault(floats({0, 1}), no, ints({2, 3}), crop), Fault::corrupt);
  EXPECT_EQ(fault_of([] { by_sizes(Tensor(ElementKind::f32, {0}), {3}, {}); }), Fault::corrupt);
}

TEST(Resize, GradientMatchesCentralDifferences) {
  const Tensor none;
  const Tensor roi = Tensor::of<float>({4}, {0.2F, -0.2F, 0.8F, 1.1F});
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    for (const char* place : {"half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize"}) {
      SCOPED_TRACE(cat(mode, " ", place));
      const Attributes a = {{"mode", std::string(mode)},
                            {"coordinate_transformation_mode", std::string(place)},
                            {"axes", Ints{1, 2}}};
      const Tensor scales = Tensor::of<float>({2}, {2, 0.6F});
      expect_gradient("Resize", {noise({2, 3, 4}), roi, scales}, a, {.frozen = {1, 2}});
      expect_gradient("Resize", {noise({2, 3, 4}), roi, none, ints({5, 3})}, a, {.frozen = {1}});
    }
  }
  expect_gradient(
      "Resize", {noise({1, 2, 8}), none, none, ints({1, 2, 3})},
      {{"mode", std::string("cubic")}, {"antialias", Int{1}}, {"exclude_outside", Int{1}}});
}

}  // namespace
}  // namespace pare
