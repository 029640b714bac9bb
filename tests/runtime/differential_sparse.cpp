#include "runtime/differential.hpp"

namespace pare {
namespace {

using enum ElementKind;

struct Sizes {
  std::int64_t m = 1, k = 1, n = 1;
};

/// Weights of which few are not zero: alone, or in blocks of 4 or 16 columns.
Tensor sparse(Differential& d, const Shape& shape, ElementKind kind, bool columns_first) {
  Tensor t = d.values(shape, kind);
  const std::int64_t n = columns_first ? shape[0] : shape[1];
  const std::int64_t k = columns_first ? shape[1] : shape[0];
  const auto block = d.pick<std::int64_t>({1, 4, 16});
  const auto keep = d.pick<std::int64_t>({0, 1, 4});  // of 100
  const auto zero = [&](std::int64_t r, std::int64_t c) {
    const auto at = static_cast<std::size_t>(columns_first ? c * k + r : r * n + c);
    if (kind == f32) {
      t.mutable_data<float>()[at] = 0;
    } else {
      t.mutable_data<std::int8_t>()[at] = 0;
    }
  };
  for (std::int64_t r = 0; r < k; ++r) {
    for (std::int64_t c = 0; c < n; c += block) {
      if (d.below(100) < keep) continue;
      for (std::int64_t j = c; j < std::min(n, c + block); ++j) zero(r, j);
    }
  }
  return t;
}

Value* follow(Differential& d, Builder& b, Value* y, Value* residual, std::int64_t n) {
  if (d.coin()) y = b.node("Add", {y, d.constant(b, d.grid({n}))});
  if (residual != nullptr) y = b.node("Add", {residual, y});
  switch (d.below(5)) {
    case 0: return b.node("Relu", {y});
    case 1: return b.node("LeakyRelu", {y}, {{"alpha", 0.5F}});
    case 2: return b.node("Clip", {y, b.scalar(-2), b.scalar(3)});
    case 3: return b.node("Neg", {b.node("Abs", {b.node("Relu", {y})})});
    default: return y;
  }
}

void float_case(Differential& d, const Sizes& s) {
  Builder b;
  const bool gemm = d.coin();
  const bool turned = gemm && d.coin();
  const Shape x_shape = gemm || d.coin() ? Shape{s.m, s.k} : Shape{1, s.m, s.k};
  Shape y_shape = x_shape;
  y_shape.back() = s.n;
  std::vector<Tensor> inputs = {d.grid(x_shape)};
  Value* x = b.input("x", x_shape);
  Value* w = d.constant(b, sparse(d, turned ? Shape{s.n, s.k} : Shape{s.k, s.n}, f32, turned));
  Value* residual = nullptr;
  if (d.coin()) {
    residual = b.input("r", y_shape);
    inputs.push_back(d.grid(y_shape));
  }
  std::vector<Value*> operands = {x, w};
  if (gemm && d.coin()) operands.push_back(d.constant(b, d.grid({s.n})));
  Attributes a;
  if (gemm) a["transB"] = static_cast<std::int64_t>(turned);
  Value* y = b.node(gemm ? "Gemm" : "MatMul", operands, a);
  b.graph.add_output(follow(d, b, y, residual, s.n));
  d.check(b, inputs, kExact);
}

void pointwise_case(Differential& d, const Sizes& s) {
  Builder b;
  const Shape x_shape = {1, s.k, s.m, 1};
  const Tensor w = sparse(d, {s.n, s.k}, f32, true);
  std::vector<Value*> operands = {b.input("x", x_shape),
                                  d.constant(b, w.reshaped({s.n, s.k, 1, 1}))};
  if (d.coin()) operands.push_back(d.constant(b, d.grid({s.n})));
  Value* y = b.node("Conv", operands);
  b.graph.add_output(d.coin() ? b.node("Relu", {y}) : y);
  d.check(b, {d.grid(x_shape)}, kExact);
}

void int8_case(Differential& d, const Sizes& s) {
  Builder b;
  const ElementKind in = d.pick({u8, i8});
  const std::int64_t zero = d.below(in == u8 ? 256 : 128);
  Value* x = b.dequantize(b.input("x", {s.m, s.k}, in), 0.5F, zero, in);
  std::vector<float> scales;
  for (std::int64_t i = 0; i < s.n; ++i) scales.push_back(i % 2 == 0 ? 0.25F : 0.5F);
  Value* w = b.node("DequantizeLinear",
                    {d.constant(b, sparse(d, {s.k, s.n}, i8, false)),
                     d.constant(b, Tensor::of<float>({s.n}, scales))},
                    {{"axis", std::int64_t{1}}});
  Value* y = b.node("MatMul", {x, w});
  if (d.coin()) y = b.node("Add", {y, d.constant(b, d.grid({s.n}))});
  if (d.coin()) y = b.node("Relu", {y});
  const bool out_codes = d.coin();
  if (out_codes) y = b.quantize(y, 64.0F, d.below(128), d.pick({u8, i8}));
  b.graph.add_output(y);
  d.check(b, {d.values({s.m, s.k}, in)}, out_codes ? kOneStep : kExact);
}

}  // namespace

void sparse_cases(Differential& d) {
  for (const std::int64_t m : {1, 7, 17, 64, 100}) {
    for (const std::int64_t k : {129, 515}) {
      for (const std::int64_t n : {64, 67, 130}) {
        const Sizes s = {m, k, n};
        float_case(d, s);
        float_case(d, s);
        pointwise_case(d, s);
        int8_case(d, s);
      }
    }
  }
}

}  // namespace pare
