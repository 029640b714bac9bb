#include "ops/gradient_test.hpp"
#include "ops/window_oracle.hpp"

namespace pare {
namespace {

TEST(Conv, PublishedExampleWithAndWithoutPads) {  // the examples of the ONNX Conv page
  const Tensor x = ramp({1, 1, 5, 5});
  const Tensor w = Tensor::of<float>({1, 1, 3, 3}, std::vector<float>(9, 1));
  const Tensor padded = run_op("Conv", {x, w}, {{"pads", Ints{1, 1, 1, 1}}})[0];
  expect_close(padded, {12,  21, 27, 33,  24,  33,  54,  63, 72,  51,  63,  99, 108,
                        117, 81, 93, 144, 153, 162, 111, 72, 111, 117, 123, 84},
               0);
  expect_close(run_op("Conv", {x, w})[0], {54, 63, 72, 99, 108, 117, 144, 153, 162}, 0);
}

TEST(Conv, StridesDilationsAsymmetricPadsAndGroups) {
  const Tensor x = noise({2, 4, 7, 9}, 1);
  const Tensor w = noise({6, 2, 3, 2}, 2);
  const Tensor b = noise({6}, 3);
  const Box box({3, 2}, {2, 3}, {1, 0}, {2, 3}, {2, 1});
  const Attributes attributes = {{"strides", Ints{2, 3}},
                                 {"pads", Ints{1, 0, 2, 3}},
                                 {"dilations", Ints{2, 1}},
                                 {"kernel_shape", Ints{3, 2}},
                                 {"group", Int{2}}};
  const Tensor y = run_op("Conv", {x, w, b}, attributes)[0];
  EXPECT_EQ(y.shape(), (Shape{2, 6, 3, 4}));
  expect_close(y, naive_conv(x, w, box, 2, b.to_doubles()), 3e-7F);
}

TEST(Conv, DepthwiseOneAndThreeDimensions) {
  const Tensor deep = noise({1, 3, 5, 5}, 4);
  const Tensor each = noise({3, 1, 3, 3}, 5);
  expect_close(run_op("Conv", {deep, each}, {{"group", Int{3}}})[0],
               naive_conv(deep, each, Box({3, 3}), 3), 3e-7F);
  const Tensor line = noise({2, 3, 8}, 6);
  const Tensor taps = noise({4, 3, 3}, 7);
  expect_close(run_op("Conv", {line, taps}, {{"pads", Ints{2, 0}}})[0],
               naive_conv(line, taps, Box({3}, {}, {2}, {0})), 3e-7F);
  const Tensor solid = noise({1, 2, 4, 5, 3}, 8);
  const Tensor cube = noise({2, 2, 2, 3, 2}, 9);
  expect_close(run_op("Conv", {solid, cube}, {{"strides", Ints{1, 2, 1}}})[0],
               naive_conv(solid, cube, Box({2, 3, 2}, {1, 2, 1})), 3e-7F);
}

TEST(Conv, AutoPadPutsTheOddOneBehindOrBefore) {
  const Tensor x = noise({1, 1, 6, 5}, 10);
  const Tensor w = noise({1, 1, 4, 2}, 11);
  const auto run = [&](const char* mode, const Ints& strides) {
    return run_op("Conv", {x, w}, {{"auto_pad", std::string(mode)}, {"strides", strides}})[0];
  };
  expect_close(run("SAME_UPPER", {1, 1}), naive_conv(x, w, Box({4, 2}, {}, {1, 0}, {2, 1})), 3e-7F);
  expect_close(run("SAME_LOWER", {1, 1}), naive_conv(x, w, Box({4, 2}, {}, {2, 1}, {1, 0})), 3e-7F);
  expect_close(run("SAME_UPPER", {4, 4}), naive_conv(x, w, Box({4, 2}, {4, 4}, {1, 0}, {1, 1})),
               3e-7F);
  expect_close(run("VALID", {1, 1}), naive_conv(x, w, Box({4, 2})), 3e-7F);
}

TEST(Conv, OtherFloatsRoundOnce) {
  const Tensor x = Tensor::of<float>({1, 1, 3}, {1, 2, 3});
  const Tensor w = Tensor::of<float>({1, 1, 2}, {0.5F, -1});
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor y = run_op("Conv", {x.cast(dtype_of(kind)), w.cast(dtype_of(kind))})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {-1.5F, -2}, 0);
  }
  // 2048 + 1 - 2048 in f16: a sum kept in f16 would lose the 1.
  const Tensor large =
      Tensor::of<float>({1, 3, 1}, {2048, 1, -2048}).cast(dtype_of(ElementKind::f16));
  const Tensor ones = Tensor::of<float>({1, 3, 1}, {1, 1, 1}).cast(dtype_of(ElementKind::f16));
  expect_close(run_op("Conv", {large, ones})[0], {1}, 0);
}

TEST(Conv, EmptyBatch) {
  const Tensor y = run_op("Conv", {Tensor(ElementKind::f32, {0, 2, 4, 4}), noise({3, 2, 3, 3})})[0];
  EXPECT_EQ(y.shape(), (Shape{0, 3, 2, 2}));
}

TEST(Conv, SymbolicShapes) {
  const SymShape x = {Dim::symbol("N"), 3, Dim::symbol("H"), 32};
  const ValueType w = typed(ElementKind::f32, {8, 3, 3, 3});
  const Attributes same = {{"pads", Ints{1, 1, 1, 1}}};
  EXPECT_EQ(to_string(infer_op("Conv", {typed(ElementKind::f32, x), w}, same)), "[N,8,H,32]");
  const Attributes half = {{"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{2, 2}}};
  EXPECT_EQ(to_string(infer_op("Conv", {typed(ElementKind::f32, {1, 3, 7, 8}), w}, half)),
            "[1,8,4,4]");
  const ValueType unknown_weights(dtype_of(ElementKind::f32));
  EXPECT_EQ(to_string(infer_op("Conv", {typed(ElementKind::f32, x), unknown_weights})),
            "[N,?,?,?]");
}

TEST(Conv, WhatDoesNotFitIsCorrupt) {
  const Tensor x = ramp({1, 4, 5, 5});
  const auto fault = [&](const Shape& w, Attributes attributes) {
    return fault_of([&] { run_unchecked("Conv", {x, Tensor(ElementKind::f32, w)}, attributes); });
  };
  EXPECT_EQ(fault({2, 3, 3, 3}, {}), Fault::corrupt);                   // channels
  EXPECT_EQ(fault({2, 4, 3}, {}), Fault::corrupt);                      // rank
  EXPECT_EQ(fault({2, 4, 6, 6}, {}), Fault::corrupt);                   // larger than x
  EXPECT_EQ(fault({3, 2, 3, 3}, {{"group", Int{2}}}), Fault::corrupt);  // 3 maps in 2 groups
  EXPECT_EQ(fault({2, 4, 3, 3}, {{"group", Int{0}}}), Fault::corrupt);
  EXPECT_EQ(fault({2, 4, 3, 3}, {{"strides", Ints{0, 1}}}), Fault::corrupt);
  EXPECT_EQ(fault({2, 4, 3, 3}, {{"strides", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(fault({2, 4, 3, 3}, {{"dilations", Ints{1, -1}}}), Fault::corrupt);
  EXPECT_EQ(fault({2, 4, 3, 3}, {{"pads", Ints{0, 0, 0}}}), Fault::corrupt);
  EXPECT_EQ(fault({2, 4, 3, 3}, {{"pads", Ints{0, 0, 0, -1}}}), Fault::corrupt);
  EXPECT_EQ(fault({2, 4, 3, 3}, {{"kernel_shape", Ints{3, 2}}}), Fault::corrupt);
  EXPECT_EQ(fault({2, 4, 3, 3}, {{"auto_pad", std::string("SAME")}}), Fault::corrupt);
  const Tensor w = ramp({2, 4, 3, 3});
  EXPECT_EQ(fault_of([&] { run_unchecked("Conv", {x, w, ramp({3})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_unchecked("Conv", {x}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              infer_op("Conv", {typed(ElementKind::f32, {Dim::symbol("N"), 5, 8, 8}),
                                typed(ElementKind::f32, {8, 4, 3, 3})});
            }),
            Fault::corrupt);
}

TEST(Conv, CostCountsMultiplyAdds) {
  OneNode one("Conv",
              std::vector<ValueType>{typed(ElementKind::f32, {1, 4, 8, 8}),
                                     typed(ElementKind::f32, {6, 2, 3, 3})},
              {{"group", Int{2}}}, 1, "");
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs, 6 * 6 * 6 * 2 * 9);
}

TEST(Conv, GradientMatchesCentralDifferences) {
  struct Case {
    Shape x, w;
    Attributes attributes;
  };
  const std::vector<Case> cases = {
      {{2, 2, 5, 4}, {3, 2, 3, 2}, {}},
      {{1, 2, 7, 6}, {2, 2, 3, 3}, {{"strides", Ints{2, 3}}, {"pads", Ints{1, 2, 1, 0}}}},
      {{1, 4, 6}, {4, 2, 2}, {{"group", Int{2}}, {"dilations", Ints{3}}, {"strides", Ints{2}}}},
      {{1, 3, 5, 5},
       {3, 1, 3, 3},
       {{"group", Int{3}}, {"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{2, 2}}}},
      {{1, 1, 4, 5}, {2, 1, 2, 2}, {{"auto_pad", std::string("SAME_LOWER")}}},
      {{1, 1, 3, 4, 3}, {2, 1, 2, 3, 2}, {{"strides", Ints{1, 1, 2}}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(to_string(c.x));
    expect_gradient("Conv", {noise(c.x), noise(c.w, 2)}, c.attributes);
    expect_gradient("Conv", {noise(c.x), noise(c.w, 2), noise({c.w[0]}, 3)}, c.attributes);
  }
}

}  // namespace
}  // namespace pare
