#include "runtime/differential.hpp"

namespace pare {
namespace {

using enum ElementKind;

struct Sizes {
  std::int64_t m = 1, k = 1, n = 1;
};

/// Powers of two, so that float32 holds every weight, product and sum exactly.
Tensor steps(Differential& d, const Shape& shape) {
  Tensor t(f32, shape);
  for (float& s : t.mutable_data<float>()) s = d.pick({0.25F, 0.5F, 1.0F, 2.0F});
  return t;
}

Value* dequantized(Differential& d, Builder& b, const Sizes& s, bool turned) {
  const ElementKind kind = d.pick({i8, u8, i4, u4, i2, u2});
  const Shape shape = turned ? Shape{s.n, s.k} : Shape{s.k, s.n};
  Shape scales;
  Attributes a;
  const std::int64_t k_axis = turned ? 1 : 0;
  if (d.coin()) {
    const std::int64_t block = d.pick<std::int64_t>({8, 16, 32, 33, 64, 256});
    const std::int64_t blocks = (s.k + block - 1) / block;
    scales = turned ? Shape{s.n, blocks} : Shape{blocks, s.n};
    a = {{"axis", k_axis}, {"block_size", block}};
  } else if (d.coin()) {
    scales = {s.n};
    a = {{"axis", 1 - k_axis}};
  }
  std::vector<Value*> inputs = {d.constant(b, d.values(shape, kind)),
                                d.constant(b, steps(d, scales))};
  if (d.coin()) inputs.push_back(d.constant(b, d.values(scales, kind)));
  return b.node("DequantizeLinear", inputs, a);
}

void product(Differential& d, const Sizes& s) {
  Builder b;
  const bool gemm = d.coin();
  const bool turned = d.coin();
  const Shape x_shape = gemm || d.coin() ? Shape{s.m, s.k} : Shape{1, s.m, s.k};
  Value* x = b.input("x", x_shape);
  Value* w = dequantized(d, b, s, turned);
  if (gemm) {
    std::vector<Value*> inputs = {x, w};
    if (d.coin()) inputs.push_back(d.constant(b, d.grid({s.n})));
    w = b.node("Gemm", inputs, {{"transB", static_cast<std::int64_t>(turned)}});
  } else {
    if (turned) w = b.node("Transpose", {w});
    w = b.node("MatMul", {x, w});
    if (d.coin()) w = b.node("Add", {d.constant(b, d.grid({s.n})), w});
  }
  if (d.below(4) == 0) w = b.node("Relu", {w});
  b.graph.add_output(w);
  d.check(b, {d.grid(x_shape)}, kExact);
}

void pointwise(Differential& d, const Sizes& s) {
  Builder b;
  const Shape x_shape = {1, s.k, s.m, 1};
  Value* q = d.constant(b, d.values({s.n, s.k, 1, 1}, d.pick({i8, u4, i2})));
  Value* w =
      b.node("DequantizeLinear", {q, d.constant(b, steps(d, {s.n}))}, {{"axis", std::int64_t{0}}});
  std::vector<Value*> inputs = {b.input("x", x_shape), w};
  if (d.coin()) inputs.push_back(d.constant(b, d.grid({s.n})));
  b.graph.add_output(b.node("Conv", inputs));
  d.check(b, {d.grid(x_shape)}, kExact);
}

void n_bits(Differential& d, const Sizes& s) {
  Builder b;
  const auto bits = d.pick<std::int64_t>({2, 4, 8});
  const auto block = d.pick<std::int64_t>({16, 32, 64, 128, 256});
  const std::int64_t blocks = (s.k + block - 1) / block;
  std::vector<Value*> inputs = {b.input("x", {s.m, s.k}),
                                d.constant(b, d.values({s.n, blocks, block * bits / 8}, u8)),
                                d.constant(b, steps(d, {s.n, blocks}))};
  if (d.coin()) {
    inputs.push_back(d.coin() ? d.constant(b, d.values({s.n, (blocks * bits + 7) / 8}, u8))
                              : d.constant(b, d.grid({s.n, blocks})));
  }
  if (d.coin()) {
    inputs.resize(5, nullptr);
    inputs.push_back(d.constant(b, d.grid({s.n})));
  }
  b.graph.add_output(
      b.graph
          .add_node({.op = "MatMulNBits",
                     .inputs = inputs,
                     .attributes = {{"K", s.k}, {"N", s.n}, {"bits", bits}, {"block_size", block}},
                     .domain = "com.microsoft"})
          ->output());
  d.check(b, {d.grid({s.m, s.k})}, kExact);
}

void bnb4(Differential& d, const Sizes& s) {
  Builder b;
  const auto block = d.pick<std::int64_t>({16, 64, 128});
  const std::int64_t count = s.k * s.n;
  std::vector<Value*> inputs = {b.input("x", {s.m, s.k}),
                                d.constant(b, d.values({(count + 1) / 2}, u8)),
                                d.constant(b, steps(d, {(count + block - 1) / block}))};
  b.graph.add_output(b.graph
                         .add_node({.op = "MatMulBnb4",
                                    .inputs = inputs,
                                    .attributes = {{"K", s.k},
                                                   {"N", s.n},
                                                   {"block_size", block},
                                                   {"quant_type", d.below(2)}},
                                    .domain = "com.microsoft"})
                         ->output());
  // Levels are no multiples of anything: sums round.
  d.check(b, {d.grid({s.m, s.k})}, {static_cast<double>(s.k + 4) * 0x1p-24, 0, false});
}

}  // namespace

void packed_cases(Differential& d) {
  std::vector<Sizes> all;
  for (const std::int64_t size : kSizes) {
    all.push_back({size, 24, 5});
    all.push_back({3, size, 5});
    all.push_back({3, 24, size});
  }
  for (const std::int64_t m : {1, 2, 4, 5, 16}) {
    for (const std::int64_t k : {16, 64, 100, 255}) {
      for (const std::int64_t n : {1, 16, 33, 64}) all.push_back({m, k, n});
    }
  }
  for (const Sizes& s : all) {
    product(d, s);
    if (s.k == 0 || s.n == 0) continue;
    if (s.m != 0) pointwise(d, s);
    n_bits(d, s);
    bnb4(d, s);
  }
}

}  // namespace pare
