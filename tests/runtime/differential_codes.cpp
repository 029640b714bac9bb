#include "runtime/differential.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
using enum ElementKind;

struct Codes {
  ElementKind kind = u8;
  float scale = 1;
  std::int64_t zero = 0;
};

Codes any_codes(Differential& d) {
  Codes c{d.coin() ? u8 : i8, 0.01F + d.rng.uniform() / 10, 0};
  if (d.coin()) c.scale = d.pick({1.0F, 0.5F, 0.125F});
  if (d.coin()) c.zero = d.below(256) - (c.kind == i8 ? 128 : 0);
  return c;
}

/// Codes of a graph input as numbers; half of the images come in channels_last.
Value* numbers(Differential& d, Builder& b, const Shape& shape, const Codes& c,
               std::vector<Tensor>& inputs) {
  inputs.push_back(d.values(shape, c.kind));
  Value* x = b.input(b.graph.unique_name("x"), shape, c.kind);
  if (shape.size() >= 3 && shape.size() <= 5 && inputs.back().size() > 0 && d.coin()) {
    x = b.node("MaxPool", {x}, {{"kernel_shape", Ints(shape.size() - 2, 1)}});
  }
  return b.dequantize(x, c.scale, c.zero, c.kind);
}

void finish(Differential& d, Builder& b, Value* y, const std::vector<Tensor>& inputs,
            const Tolerance& tolerance) {
  const Codes out = any_codes(d);
  b.graph.add_output(b.quantize(y, out.scale, out.zero, out.kind));
  d.check(b, inputs, tolerance);
}

void affine(Differential& d, const Shape& shape) {
  Codes c = any_codes(d);
  if (d.below(3) == 0) {
    Builder b;
    b.graph.add_output(b.dequantize(b.input("x", shape, c.kind), c.scale, c.zero, c.kind));
    d.check(b, {d.values(shape, c.kind)}, kExact);
    return;
  }
  Builder b;
  Tensor x(f32, shape);
  for (float& v : x.mutable_data<float>()) v = 400 * c.scale * (d.rng.uniform() - 0.5F);
  if (x.size() > 3 && d.coin()) {
    const auto v = x.mutable_data<float>();
    v[0] = std::numeric_limits<float>::quiet_NaN();
    v[1] = std::numeric_limits<float>::infinity();
    v[2] = -std::numeric_limits<float>::infinity();
    v[3] = 3e38F;
  }
  if (d.below(4) == 0) c.scale = d.pick({-0.5F, 1e-38F, 3e38F});
  Attributes a;
  if (d.below(4) == 0) a["precision"] = static_cast<std::int64_t>(d.pick({f16, f32, bf16, f64}));
  b.graph.add_output(b.node(
      "QuantizeLinear", {b.input("x", shape), b.scalar(c.scale), b.zero_point(c.zero, c.kind)}, a));
  d.check(b, {x}, kExact);
}

void per_channel(Differential& d, const Shape& shape) {
  Builder b;
  const std::int64_t axis = d.below(static_cast<std::int64_t>(shape.size()));
  const std::int64_t n = shape[static_cast<std::size_t>(axis)];
  std::vector<float> scales;
  for (std::int64_t i = 0; i < n; ++i) scales.push_back(0.25F + d.rng.uniform());
  Value* s = d.constant(b, Tensor::of<float>({n}, scales));
  Value* z = d.constant(b, d.values({n}, u8));
  b.graph.add_output(b.node("DequantizeLinear", {b.input("x", shape, u8), s, z}, {{"axis", axis}}));
  d.check(b, {d.values(shape, u8)}, kExact);
}

void table(Differential& d, const Shape& shape) {
  Builder b;
  std::vector<Tensor> inputs;
  Value* x = numbers(d, b, shape, any_codes(d), inputs);
  const char* op = d.pick<const char*>({"", "Relu", "Sigmoid", "Tanh", "HardSwish", "Exp", "Erf",
                                        "Reciprocal", "Floor", "Mish", "Elu", "LeakyRelu", "Clip"});
  if (op == std::string("Clip")) {
    x = b.node(op, {x, b.scalar(-0.5F), b.scalar(0.75F)});
  } else if (op[0] != '\0') {
    x = b.node(op, {x});
  }
  finish(d, b, x, inputs, kOneStep);
}

void binary(Differential& d, const Shape& a, const Shape& c) {
  Builder b;
  std::vector<Tensor> inputs;
  Value* x = numbers(d, b, a, any_codes(d), inputs);
  Value* y = d.below(5) == 0 ? x : numbers(d, b, c, any_codes(d), inputs);
  const char* op = d.pick<const char*>({"Add", "Mul"});
  Value* v = d.coin() ? b.node(op, {x, y}) : b.node(op, {y, x});
  const std::int64_t post = d.below(4);
  if (post == 0) v = b.node("Relu", {v});
  if (post == 1) v = b.node("Clip", {v, b.scalar(-0.5F), b.scalar(6)});
  finish(d, b, v, inputs, kOneStep);
}

void mean(Differential& d, const Shape& shape) {
  Builder b;
  std::vector<Tensor> inputs;
  Value* x = numbers(d, b, shape, any_codes(d), inputs);
  if (d.coin()) {
    finish(d, b, b.node("GlobalAveragePool", {x}), inputs, kOneStep);
    return;
  }
  Ints axes;
  for (std::size_t i = 2; i < shape.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  Value* y = b.node("ReduceMean", {x, d.ints(b, axes)},
                    {{"keepdims", static_cast<std::int64_t>(d.coin())}});
  finish(d, b, y, inputs, kOneStep);
}

void layer_norm(Differential& d, const Shape& shape) {
  Builder b;
  std::vector<Tensor> inputs;
  Value* x = numbers(d, b, shape, any_codes(d), inputs);
  const auto rank = static_cast<std::int64_t>(shape.size());
  const std::int64_t axis = d.coin() ? -1 : d.below(rank);
  const Shape width(shape.end() - (axis < 0 ? 1 : rank - axis), shape.end());
  std::vector<Value*> operands = {x, d.constant(b, d.grid(width))};
  if (d.coin()) operands.push_back(d.constant(b, d.grid(width)));
  Value* y =
      b.node("LayerNormalization", operands, {{"axis", axis}, {"epsilon", d.pick({1e-5F, 1e-3F})}});
  finish(d, b, y, inputs, kOneStep);
}

void concat(Differential& d, Shape shape) {
  Builder b;
  std::vector<Tensor> inputs;
  const std::int64_t axis = d.below(static_cast<std::int64_t>(shape.size()));
  std::vector<Value*> parts;
  for (std::int64_t i = d.below(3) + 1; i > 0; --i) {
    parts.push_back(numbers(d, b, shape, any_codes(d), inputs));
    shape[static_cast<std::size_t>(axis)] = d.pick<std::int64_t>({1, 3, 17});
  }
  finish(d, b, b.node("Concat", parts, {{"axis", axis}}), inputs, kOneStep);
}

/// An operator that moves codes between a Q and a DQ of the same numbers.
void moved(Differential& d, const Shape& shape) {
  Builder b;
  std::vector<Tensor> inputs;
  const Codes c = any_codes(d);
  Value* x = numbers(d, b, shape, c, inputs);
  const char* op = d.pick<const char*>({"Transpose", "Identity", "MaxPool", "Flatten"});
  Attributes a;
  if (op == std::string("MaxPool")) {
    if (shape.size() < 3) return;
    a["kernel_shape"] = Ints(shape.size() - 2, 2);
    a["pads"] = Ints(2 * (shape.size() - 2), 1);
  }
  b.graph.add_output(b.quantize(b.node(op, {x}, a), c.scale, c.zero, c.kind));
  d.check(b, inputs, kExact);
}

void dynamic(Differential& d, const Shape& shape) {
  Builder b;
  NodeSpec spec{.op = "DynamicQuantizeLinear", .inputs = {b.input("x", shape)}};
  spec.output_names = {"y", "scale", "zero"};
  Node* node = b.graph.add_node(std::move(spec));
  for (std::size_t i = 0; i < 3; ++i) b.graph.add_output(node->output(i));
  Tensor x(f32, shape);
  const float shift = d.pick({0.0F, 5.0F, -5.0F, 0.4F});
  for (float& v : x.mutable_data<float>()) v = shift + d.rng.uniform() - 0.5F;
  if (d.below(8) == 0) x = Tensor(f32, shape);
  // The step is a float32 quotient on both sides; codes at a tie may go either way.
  d.check(b, {x}, Tolerance{0, 2 * 0x1p-24, false});
}

void integer_matmul(Differential& d, const Shape& a, const Shape& w) {
  Builder b;
  const ElementKind x_kind = d.coin() ? u8 : i8;
  const ElementKind w_kind = d.coin() ? u8 : i8;
  std::vector<Tensor> inputs = {d.values(a, x_kind)};
  std::vector<Value*> operands = {b.input("x", a, x_kind)};
  if (d.below(4) == 0) {
    operands.push_back(b.input("w", w, w_kind));
    inputs.push_back(d.values(w, w_kind));
  } else {
    operands.push_back(d.constant(b, d.values(w, w_kind)));
  }
  if (d.below(3) != 0) {
    operands.push_back(d.coin() ? b.input("z", {}, x_kind) : d.constant(b, d.values({}, x_kind)));
    if (operands.back()->is_graph_input()) inputs.push_back(d.values({}, x_kind));
    if (d.coin()) operands.push_back(b.zero_point(w_kind == u8 ? 128 : 0, w_kind));
  }
  b.graph.add_output(b.node("MatMulInteger", operands));
  d.check(b, inputs, kExact);
}

void integer_conv(Differential& d) {
  const auto n = static_cast<std::size_t>(d.below(3) + 1);
  const std::int64_t group = d.pick<std::int64_t>({1, 1, 2, 7, 16});
  const std::int64_t in = d.pick<std::int64_t>({1, 3, 7, 16});
  const std::int64_t out = d.pick<std::int64_t>({1, 3, 8});
  const ElementKind x_kind = d.coin() ? u8 : i8;
  const ElementKind w_kind = d.coin() ? u8 : i8;
  Shape x = {2, group * in};
  Shape w = {group * out, in};
  Ints strides, dilations, pads(2 * n);
  for (std::size_t i = 0; i < n; ++i) {
    x.push_back(d.pick<std::int64_t>({7, 8, n == 3 ? 7 : 17}));
    w.push_back(d.pick<std::int64_t>({1, 2, 3}));
    strides.push_back(d.pick<std::int64_t>({1, 2, 3}));
    dilations.push_back(d.pick<std::int64_t>({1, 1, 2}));
  }
  for (std::int64_t& p : pads) p = d.below(3);
  Builder b;
  std::vector<Value*> operands = {b.input("x", x, x_kind)};
  std::vector<Tensor> inputs = {d.values(x, x_kind)};
  operands.push_back(d.constant(b, d.values(w, w_kind)));
  if (d.coin()) {
    operands.push_back(b.input("z", {}, x_kind));
    inputs.push_back(d.values({}, x_kind));
  } else {
    operands.push_back(nullptr);
  }
  if (w_kind == u8 || d.coin()) operands.push_back(b.zero_point(w_kind == u8 ? 128 : 0, w_kind));
  b.graph.add_output(
      b.node("ConvInteger", operands,
             {{"strides", strides}, {"dilations", dilations}, {"pads", pads}, {"group", group}}));
  d.check(b, inputs, kExact);
}

}  // namespace

void code_cases(Differential& d) {
  for (std::size_t rank = 1; rank <= 5; ++rank) {
    for (std::size_t place = 0; place < rank; ++place) {
      for (const std::int64_t size : kSizes) {
        Shape s(rank, rank < 4 ? 5 : 3);
        s[place] = size;
        affine(d, s);
        table(d, s);
        layer_norm(d, s);
        binary(d, s, s);
        binary(d, s, {});
        concat(d, s);
        moved(d, s);
        if (rank >= 3) {
          Shape gate = {s[0], s[1]};
          gate.resize(rank, 1);
          binary(d, s, gate);
          mean(d, s);
        }
        Shape one(rank, 1);
        one[place] = s[place];
        binary(d, s, one);
        if (size != 0) per_channel(d, s);
      }
    }
  }
  for (int i = 0; i < 100; ++i) affine(d, {i});  // around the width of every vector
}

void dynamic_cases(Differential& d) {
  for (const std::int64_t size : kSizes) {
    dynamic(d, {size});
    dynamic(d, {3, size});
    integer_matmul(d, {size, 5}, {5, 3});
    integer_matmul(d, {3, size}, {size, 5});
    if (size != 0) integer_matmul(d, {5, 3}, {3, size});
    integer_matmul(d, {size, 3, 5}, {5, 7});
    integer_matmul(d, {2, size, 5}, {5, 16});
  }
  for (int i = 1; i < 70; ++i) dynamic(d, {i});
  integer_matmul(d, {5}, {5, 3});
  integer_matmul(d, {2, 5}, {5});
  integer_matmul(d, {2, 3, 5}, {2, 5, 4});
  for (int i = 0; i < 80; ++i) {
    const auto k = d.pick<std::int64_t>({1, 17, 64});
    integer_matmul(d, {d.pick<std::int64_t>({1, 3, 16}), k}, {k, d.pick<std::int64_t>({1, 3, 33})});
  }
  for (int i = 0; i < 120; ++i) integer_conv(d);
}

/// Every format, over rows and blocks of every size, with each way to find scales.
void fake_quantize_cases(Differential& d) {
  const auto one = [&](DType format, const Shape& shape, Attributes attributes,
                       const std::vector<float>& scales) {
    Builder b;
    std::vector<Value*> inputs = {b.input("x", shape)};
    const auto n = static_cast<std::int64_t>(scales.size());
    if (n > 0) {
      const Shape of_scales = n == 1 ? Shape{} : Shape{n};
      inputs.push_back(d.constant(b, Tensor::of<float>(of_scales, scales)));
    }
    attributes["format"] = std::string(format.name());
    b.graph.add_output(b.graph
                           .add_node({.op = "FakeQuantize",
                                      .inputs = inputs,
                                      .attributes = std::move(attributes),
                                      .domain = "pare"})
                           ->output());
    d.check(b, {d.grid(shape)}, kExact);
  };
  for (const DType format : all_dtypes()) {
    const DtypeInfo& info = format.info();
    if (info.decode == nullptr || info.encode == nullptr) continue;
    for (const std::int64_t size : kSizes) {
      one(format, {3, size}, {}, {});
      one(format, {size}, {}, {0.25F});
    }
    one(format, {2, 3, 5}, {{"axis", std::int64_t{1}}}, {0.5F, 1, 2});
    if (info.own_scale) continue;
    one(format, {2, 3, 5}, {{"axis", std::int64_t{2}}}, {0.5F, 1, 2, 3, 4});
    if (std::min(-info.min, info.max) <= 0) continue;
    one(format, {2, 3, 17}, {{"scaling", std::string("token")}}, {});
    one(format, {2, 3, 17}, {{"scaling", std::string("tensor")}}, {});
  }
}

}  // namespace pare
