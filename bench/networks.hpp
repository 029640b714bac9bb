#pragma once

// Networks with random weights, as floats or with Q/DQ nodes around every product, for benchmarks.

#include <cmath>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "ir/op.hpp"

namespace pare::bench {

/// Adds layers to a graph; `int8` places QuantizeLinear / DequantizeLinear as a quantizer would.
class Network {
 public:
  Network(bool int8, std::uint64_t seed) : int8_(int8), rng_(seed) {}

  Graph graph;

  Value* input(const Shape& shape) {
    Value* x = graph.add_input("x", ValueType(dtype_of(ElementKind::f32), to_symbolic(shape)));
    return fake(x, kStep, 128);
  }

  /// relu(conv(x)); `relu` false leaves the sum as it is.
  Value* conv(Value* x, std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
              std::int64_t group = 1, bool relu = true) {
    const Shape shape = {out, in / group, kernel, kernel};
    const std::int64_t pad = kernel / 2;
    const float scale = 2.0F / std::sqrt(static_cast<float>(in / group * kernel * kernel));
    Value* y = node("Conv", {x, weights(shape, scale), bias(out)},
                    {{"strides", std::vector<std::int64_t>{stride, stride}},
                     {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}},
                     {"group", group}});
    if (relu) y = node("Relu", {y});
    return fake(y, kStep, relu ? 0 : 128);
  }

  Value* add(Value* a, Value* b) { return fake(node("Relu", {node("Add", {a, b})}), kStep, 0); }
  Value* concat(Value* a, Value* b) {
    return fake(node("Concat", {a, b}, {{"axis", std::int64_t{1}}}), kStep, 0);
  }
  Value* max_pool(Value* x) {
    return fake(node("MaxPool", {x},
                     {{"kernel_shape", std::vector<std::int64_t>{3, 3}},
                      {"strides", std::vector<std::int64_t>{2, 2}}}),
                kStep, 0);
  }
  void finish(Value* x, std::int64_t channels, std::int64_t classes) {
    Value* y = fake(node("GlobalAveragePool", {x}), kStep, 0);
    y = fake(node("Flatten", {y}), kStep, 0);
    graph.add_output(node("Gemm", {y, weights({classes, channels}, 0.1F), bias(classes)},
                          {{"transB", std::int64_t{1}}}));
  }

 private:
  static constexpr float kStep = 0.03F;

  Value* node(const std::string& op, std::vector<Value*> inputs, Attributes attributes = {}) {
    return graph
        .add_node({.op = op, .inputs = std::move(inputs), .attributes = std::move(attributes)})
        ->output();
  }
  Value* constant(Tensor t) { return graph.add_constant(std::move(t), "c"); }

  Value* fake(Value* x, float scale, int zero) {
    if (!int8_) return x;
    Value* s = constant(Tensor::scalar(scale));
    Value* z = constant(Tensor::scalar(static_cast<std::uint8_t>(zero)));
    return node("DequantizeLinear", {node("QuantizeLinear", {x, s, z}), s, z});
  }

  Value* weights(const Shape& shape, float scale) {
    const auto count = static_cast<std::size_t>(element_count(shape));
    std::vector<float> codes(count);
    for (float& c : codes) c = std::floor(rng_.uniform() * 255.0F) - 127.0F;
    const float step = scale / 127.0F;
    if (!int8_) {
      for (float& c : codes) c *= step;
      return constant(Tensor::of<float>(shape, codes));
    }
    const std::vector<float> steps(static_cast<std::size_t>(shape[0]), step);
    return node("DequantizeLinear",
                {constant(Tensor::of<float>(shape, codes).cast(dtype_of(ElementKind::i8))),
                 constant(Tensor::of<float>({shape[0]}, steps))},
                {{"axis", std::int64_t{0}}});
  }

  Value* bias(std::int64_t n) {
    std::vector<float> b(static_cast<std::size_t>(n));
    for (float& x : b) x = rng_.uniform() - 0.5F;
    return constant(Tensor::of<float>({n}, b));
  }

  bool int8_;
  Rng rng_;
};

/// Fire modules: a 1x1 convolution, then 1x1 and 3x3 side by side.
inline void squeezenet(Network& n, std::int64_t side) {
  Value* x = n.max_pool(n.conv(n.input({1, 3, side, side}), 3, 64, 3, 2));
  std::int64_t channels = 64;
  int module = 0;
  for (const std::int64_t wide : {64, 64, 128, 128, 192, 192, 256, 256}) {
    if (module == 2 || module == 4) x = n.max_pool(x);
    Value* narrow = n.conv(x, channels, wide / 4, 1, 1);
    x = n.concat(n.conv(narrow, wide / 4, wide, 1, 1), n.conv(narrow, wide / 4, wide, 3, 1));
    channels = 2 * wide;
    ++module;
  }
  n.finish(x, channels, 1000);
}

/// Basic blocks of two 3x3 convolutions and a shortcut (18 layers).
inline void resnet(Network& n, std::int64_t side) {
  Value* x = n.max_pool(n.conv(n.input({1, 3, side, side}), 3, 64, 7, 2));
  std::int64_t channels = 64;
  for (const std::int64_t wide : {64, 128, 256, 512}) {
    for (int block = 0; block < 2; ++block) {
      const std::int64_t stride = block == 0 && wide != 64 ? 2 : 1;
      Value* y = n.conv(n.conv(x, channels, wide, 3, stride), wide, wide, 3, 1, 1, false);
      if (stride != 1) x = n.conv(x, channels, wide, 1, stride, 1, false);
      x = n.add(x, y);
      channels = wide;
    }
  }
  n.finish(x, channels, 1000);
}

/// Depthwise 3x3 and pointwise 1x1 convolutions.
inline void mobilenet(Network& n, std::int64_t side) {
  Value* x = n.conv(n.input({1, 3, side, side}), 3, 32, 3, 2);
  std::int64_t channels = 32;
  struct Layer {
    std::int64_t out, stride;
  };
  for (const Layer l : {Layer{64, 1},
                        {128, 2},
                        {128, 1},
                        {256, 2},
                        {256, 1},
                        {512, 2},
                        {512, 1},
                        {512, 1},
                        {512, 1},
                        {512, 1},
                        {512, 1},
                        {1024, 2},
                        {1024, 1}}) {
    x = n.conv(x, channels, channels, 3, l.stride, channels);
    x = n.conv(x, channels, l.out, 1, 1);
    channels = l.out;
  }
  n.finish(x, channels, 1000);
}

}  // namespace pare::bench
