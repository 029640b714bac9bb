#include "runtime/differential.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;

/// A product of matrices: shapes of both sides, and of the result.
struct Product {
  Shape a, b, y;
};

Product product_of(Shape batch_a, Shape batch_b, std::int64_t m, std::int64_t k, std::int64_t n) {
  Product p;
  p.y = broadcast_shapes(batch_a, batch_b);
  p.y.push_back(m);
  p.y.push_back(n);
  batch_a.push_back(m);
  batch_a.push_back(k);
  batch_b.push_back(k);
  batch_b.push_back(n);
  p.a = std::move(batch_a);
  p.b = std::move(batch_b);
  return p;
}

std::vector<Product> products(Differential& d) {
  std::vector<Product> all;
  for (const std::int64_t s : kSizes) {
    all.push_back(product_of({}, {}, s, 5, 3));
    all.push_back(product_of({}, {}, 3, s, 5));
    all.push_back(product_of({}, {}, 5, 3, s));
    all.push_back(product_of({s}, {}, 3, 2, 5));
    all.push_back(product_of({s}, {s}, 3, 2, 5));
    all.push_back(product_of({2, s}, {1, 1}, 1, 3, 2));
    all.push_back(product_of({}, {s}, 1, 7, 1));
  }
  const std::vector<std::pair<Shape, Shape>> batches = {
      {{}, {}},         {{3}, {}},          {{}, {3}},        {{2, 3}, {}},
      {{2, 1}, {3}},    {{1}, {7}},         {{2, 3}, {2, 3}}, {{2, 1, 3}, {1, 2, 1}},
      {{1, 1}, {2, 2}}, {{2, 3, 1, 2}, {}},
  };
  for (const auto& [a, b] : batches) {
    for (int i = 0; i < 6; ++i) {
      all.push_back(product_of(a, b, d.pick<std::int64_t>({1, 3, 16, 17, 33}),
                               d.pick<std::int64_t>({1, 7, 16, 17, 64}),
                               d.pick<std::int64_t>({1, 3, 16, 17, 33})));
    }
  }
  all.push_back(product_of({}, {}, 17, 255, 65));
  all.push_back(product_of({}, {}, 1, 255, 255));
  return all;
}

Value* follow(Differential& d, Builder& b, Value* y, Value* residual, const Shape& shape) {
  switch (d.below(6)) {
    case 0: return b.node("Relu", {y});
    case 1: return b.node("Add", {y, d.constant(b, d.grid({shape.back()}))});
    case 2: return residual == nullptr ? y : b.node("Add", {residual, y});
    case 3:
      return residual == nullptr
                 ? y
                 : b.node("LeakyRelu", {b.node("Add", {y, residual})}, {{"alpha", 0.5F}});
    case 4: return b.node("Add", {d.constant(b, d.grid({1, 1})), y});
    default: return y;
  }
}

void matmul_case(Differential& d, const Product& p, bool constant) {
  Builder b;
  std::vector<Tensor> inputs = {d.grid(p.a)};
  Value* x = b.input("a", p.a);
  Value* w = nullptr;
  if (constant) {
    w = d.constant(b, d.grid(p.b));
  } else {
    w = b.input("b", p.b);
    inputs.push_back(d.grid(p.b));
  }
  Value* residual = nullptr;
  if (d.coin()) {
    residual = b.input("r", p.y);
    inputs.push_back(d.grid(p.y));
  }
  b.graph.add_output(follow(d, b, b.node("MatMul", {x, w}), residual, p.y));
  d.check(b, inputs, kExact);
}

void vector_case(Differential& d, const Shape& a, const Shape& b_shape) {
  Builder b;
  b.graph.add_output(b.node("MatMul", {b.input("a", a), b.input("b", b_shape)}));
  d.check(b, {d.grid(a), d.grid(b_shape)}, kExact);
}

void gemm_case(Differential& d, std::int64_t m, std::int64_t k, std::int64_t n) {
  Builder b;
  const bool ta = d.coin();
  const bool tb = d.coin();
  const Shape a = ta ? Shape{k, m} : Shape{m, k};
  const Shape w = tb ? Shape{n, k} : Shape{k, n};
  const Shape c = d.pick<Shape>({{}, {1}, {n}, {1, n}, {m, 1}, {1, 1}, {m, n}});
  std::vector<Tensor> inputs = {d.grid(a)};
  const auto operand = [&](const char* name, const Shape& shape) {
    if (d.coin()) return d.constant(b, d.grid(shape));
    inputs.push_back(d.grid(shape));
    return b.input(b.graph.unique_name(name), shape);
  };
  std::vector<Value*> operands = {b.input("a", a), operand("w", w)};
  if (d.below(3) != 0) operands.push_back(operand("c", c));
  Attributes attributes = {{"transA", static_cast<std::int64_t>(ta)},
                           {"transB", static_cast<std::int64_t>(tb)}};
  if (d.below(3) == 0) attributes["alpha"] = d.pick({0.5F, 0.0F, -2.0F});
  if (d.below(3) == 0) attributes["beta"] = d.pick({0.5F, 0.0F, -2.0F});
  b.graph.add_output(follow(d, b, b.node("Gemm", operands, attributes), nullptr, {m, n}));
  d.check(b, inputs, kExact);
}

/// A or B of an integer product: codes behind a DequantizeLinear.
struct Coded {
  Value* value = nullptr;
  float scale = 1;
};

void int8_case(Differential& d, const Product& p, bool gemm) {
  Builder b;
  const bool powers = d.coin();
  const auto scale = [&] { return powers ? 0.5F : 0.02F + d.rng.uniform() / 20; };
  const auto kind = [&] { return d.coin() ? ElementKind::u8 : ElementKind::i8; };
  const auto zero = [&](ElementKind k) {
    return k == ElementKind::u8 ? d.below(256) : d.below(256) - 128;
  };
  const bool ta = gemm && d.coin();
  const bool tb = gemm && d.coin();
  Shape a = p.a;
  Shape w = p.b;
  if (ta) std::swap(a[0], a[1]);
  if (tb) std::swap(w[0], w[1]);
  const ElementKind in = kind();
  std::vector<Tensor> inputs = {d.values(a, in)};
  Value* x = b.dequantize(b.input("a", a, in), scale(), zero(in), in);
  const auto axis = static_cast<std::int64_t>(tb ? 0 : w.size() - 1);
  const std::int64_t n = w[static_cast<std::size_t>(axis)];
  std::vector<float> scales;
  for (std::int64_t i = 0; i < n; ++i) scales.push_back(scale() * (powers && i % 2 == 0 ? 2 : 1));
  Value* q = d.constant(b, d.values(w, ElementKind::i8));
  Value* s = d.coin() ? d.constant(b, Tensor::of<float>({n}, scales)) : b.scalar(scales.at(0));
  Value* weights = b.node("DequantizeLinear", {q, s},
                          {{"axis", d.coin() ? axis : axis - static_cast<std::int64_t>(w.size())}});
  std::vector<Value*> operands = {x, weights};
  Attributes attributes;
  if (gemm) {
    attributes = {{"transA", static_cast<std::int64_t>(ta)},
                  {"transB", static_cast<std::int64_t>(tb)}};
    if (d.coin()) operands.push_back(d.constant(b, d.grid({n})));
  }
  Value* y = b.node(gemm ? "Gemm" : "MatMul", operands, attributes);
  const bool out_codes = d.below(4) != 0;
  if (d.coin()) y = b.node("Relu", {y});
  const ElementKind out = kind();
  const std::int64_t out_zero = zero(out);
  if (out_codes) y = b.quantize(y, powers ? 64.0F : 2.0F + d.rng.uniform(), out_zero, out);
  b.graph.add_output(y);
  // The library rounds behind the zero point: ties fall the other way when that is odd.
  const Tolerance inexact = out_codes ? kOneStep : kApproximate;
  d.check(b, inputs, powers && (!out_codes || out_zero % 2 == 0) ? kExact : inexact);
}

/// Both operands are codes that a run computes.
void codes_case(Differential& d, const Product& p) {
  Builder b;
  const auto side = [&](const char* name, const Shape& shape, std::vector<Tensor>& inputs) {
    const ElementKind kind = d.coin() ? ElementKind::u8 : ElementKind::i8;
    const std::int64_t zero = kind == ElementKind::u8 ? d.below(256) : d.below(256) - 128;
    inputs.push_back(d.values(shape, kind));
    return b.dequantize(b.input(name, shape, kind), d.pick({0.25F, 0.5F}), zero, kind);
  };
  std::vector<Tensor> inputs;
  Value* x = side("a", p.a, inputs);
  Value* y = b.node("MatMul", {x, side("b", p.b, inputs)});
  if (d.coin()) y = b.node("Relu", {y});
  const bool out_codes = d.coin();
  if (out_codes) y = b.quantize(y, 64.0F, 2 * d.below(100), ElementKind::u8);
  b.graph.add_output(y);
  d.check(b, inputs, out_codes ? kOneStep : kExact);
}

}  // namespace

void product_cases(Differential& d) {
  for (const Product& p : products(d)) {
    matmul_case(d, p, true);
    matmul_case(d, p, false);
  }
  vector_case(d, {7}, {7});
  vector_case(d, {7}, {7, 3});
  vector_case(d, {2, 3, 7}, {7});
  vector_case(d, {7}, {2, 7, 3});
  for (const std::int64_t s : kSizes) {
    gemm_case(d, s, 5, 3);
    gemm_case(d, 3, s, 5);
    gemm_case(d, 5, 3, s);
  }
  for (int i = 0; i < 150; ++i) {
    gemm_case(d, d.pick<std::int64_t>({1, 3, 17, 32}), d.pick<std::int64_t>({1, 7, 17, 64}),
              d.pick<std::int64_t>({1, 3, 17, 32}));
  }
}

void int8_product_cases(Differential& d) {
  for (const Product& p : products(d)) {
    if (element_count(p.b) > 0) int8_case(d, p, false);
    if (p.a.size() > 1 && p.b.size() > 1) codes_case(d, p);
    if (element_count(p.b) > 0 && p.a.size() == 2 && p.b.size() == 2) {
      for (int i = 0; i < 4; ++i) int8_case(d, p, true);
    }
  }
}

}  // namespace pare
