#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

Value* floats(Builder& b, const std::vector<float>& v) {
  return b.constant(Tensor::of<float>({static_cast<std::int64_t>(v.size())}, v));
}
Value* ints(Builder& b, const Ints& v) {
  return b.constant(Tensor::of<std::int64_t>({static_cast<std::int64_t>(v.size())}, v));
}
Attributes modes(const std::string& mode, const std::string& transformation) {
  return {{"mode", mode}, {"coordinate_transformation_mode", transformation}};
}

TEST(ResizeKernels, EveryModeInBothLayouts) {
  const Shape shape = {2, 5, 6, 7};
  for (const bool behind_conv : {false, true}) {
    for (const char* transformation : {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
                                       "align_corners", "asymmetric"}) {
      Builder b;
      Value* x = b.input("x", shape);
      if (behind_conv) x = b.node("Conv", {x, b.weights({5, 5, 1, 1})});
      for (const char* mode : {"nearest", "linear", "cubic"}) {
        const Attributes a = modes(mode, transformation);
        const auto out = [&](Value* scales, Value* sizes) {
          b.graph.add_output(b.node("Resize", {x, nullptr, scales, sizes}, a));
        };
        out(floats(b, {1, 1, 2, 2}), nullptr);
        out(floats(b, {1, 1, 1.7F, 0.6F}), nullptr);
        out(nullptr, ints(b, {2, 5, 1, 13}));
        out(nullptr, ints(b, {2, 5, 6, 3}));
      }
      const Compared r = run_both(b.graph, {b.random(shape)});
      EXPECT_FALSE(r.has("Resize=reference")) << r.refusals();
      EXPECT_TRUE(r.has("Resize=native:resize")) << r.kernels();
      expect_close(r);
    }
  }
}

TEST(ResizeKernels, AntialiasExclusionAndNamedAxes) {
  Builder b;
  Value* x = b.input("x", {1, 3, 16, 12});
  Attributes a = modes("linear", "half_pixel");
  a["antialias"] = std::int64_t{1};
  b.graph.add_output(b.node("Resize", {x, nullptr, nullptr, ints(b, {1, 3, 5, 5})}, a));
  a["axes"] = Ints{-1, 2};
  b.graph.add_output(b.node("Resize", {x, nullptr, nullptr, ints(b, {20, 5})}, a));
  Attributes cubic = modes("cubic", "half_pixel");
  cubic["exclude_outside"] = std::int64_t{1};
  cubic["axes"] = Ints{3};
  b.graph.add_output(b.node("Resize", {x, nullptr, floats(b, {2.5F})}, cubic));
  const Compared r = run_both(b.graph, {b.random({1, 3, 16, 12})});
  EXPECT_FALSE(r.has("Resize=reference")) << r.refusals();
  expect_close(r);
}

TEST(ResizeKernels, OtherRanks) {
  for (const Shape& shape : {Shape{9}, Shape{4, 9}, Shape{2, 3, 9}, Shape{2, 3, 2, 4, 5}}) {
    for (const bool behind_relu : {false, true}) {
      Builder b;
      Value* x = b.input("x", shape);
      if (behind_relu) x = b.node("Relu", {x});
      std::vector<float> scales(shape.size(), 1);
      scales.back() = 1.5F;
      b.graph.add_output(
          b.node("Resize", {x, nullptr, floats(b, scales)}, modes("linear", "half_pixel")));
      const Compared r = run_both(b.graph, {b.random(shape)});
      EXPECT_FALSE(r.has("Resize=reference")) << r.refusals();
      expect_close(r);
    }
  }
}

TEST(ResizeKernels, EmptyInputsAreNotThere) {
  const Shape shape = {1, 3, 4, 5};
  for (const char* mode : {"nearest", "linear"}) {
    Builder b;
    Value* x = b.input("x", shape);
    Value* none = floats(b, {});
    const Attributes a = modes(mode, "asymmetric");
    b.graph.add_output(b.node("Resize", {x, none, floats(b, {1, 1, 2, 2})}, a));
    b.graph.add_output(b.node("Resize", {x, none, none, ints(b, {1, 3, 7, 5})}, a));
    const Compared r = run_both(b.graph, {b.random(shape)});
    EXPECT_FALSE(r.has("Resize=reference")) << r.kernels() << r.refusals();
    expect_close(r);
  }
}

TEST(ResizeKernels, WhatIsLeftRunsByReference) {
  const Shape shape = {2, 3, 4, 5};
  Builder b;
  Value* x = b.input("x", shape);
  b.graph.add_output(
      b.node("Resize", {x, nullptr, floats(b, {1, 2, 2, 2})}, modes("linear", "half_pixel")));
  b.graph.add_output(b.node("Resize",
                            {x, floats(b, {0, 0, 0, 0, 1, 1, 0.5F, 2}), floats(b, {1, 1, 2, 2})},
                            modes("nearest", "tf_crop_and_resize")));
  const Compared r = run_both(b.graph, {b.random(shape)});
  EXPECT_TRUE(r.has("Resize=reference")) << r.kernels();
  expect_close(r);
}

TEST(ResizeKernels, NearestMovesCodesBetweenQuantizers) {
  const Shape shape = {1, 3, 4, 5};
  Builder b;
  Value* x = b.fake(b.input("x", shape), 0.01F, 7, ElementKind::u8);
  Value* y = b.node("Resize", {x, nullptr, floats(b, {1, 1, 2, 2})});
  b.graph.add_output(b.fake(y, 0.01F, 7, ElementKind::u8));
  const Compared r = run_both(b.graph, {b.random(shape)});
  EXPECT_TRUE(r.has("QuantizeLinear=")) << r.kernels();
  EXPECT_TRUE(r.has("Resize=native:moves")) << r.kernels() << r.refusals();
  EXPECT_EQ(r.steps.size(), 3U) << r.kernels();  // no floats in between
  expect_close(r, 0);
}

TEST(ResizeKernels, NearestMovesBytesToo) {
  const Shape shape = {1, 3, 4, 5};
  Builder b;
  Value* x = b.input("x", shape, ElementKind::u8);
  b.graph.add_output(b.node("Resize", {x, nullptr, floats(b, {1, 1, 2, 2})}));
  Tensor bytes(ElementKind::u8, shape);
  for (std::size_t i = 0; i < 60; ++i)
    bytes.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(4 * i);
  const Compared r = run_both(b.graph, {bytes});
  EXPECT_TRUE(r.has("Resize=native:moves")) << r.kernels() << r.refusals();
  expect_steps(r, 0);
}

}  // namespace
}  // namespace pare
