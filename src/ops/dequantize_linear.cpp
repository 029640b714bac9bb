#include "ops/_gradient.hpp"
#include "ops/_quantize.hpp"

namespace pare {
namespace {

using enum ElementKind;

constexpr TypeSet kQuantized =
    types::kFloat8 | TypeSet{u8, i8, u16, i16, i32, u4, i4, u2, i2, f4e2m1};
constexpr TypeSet kReal = {f32, f16, bf16};

DType output_type(const AttributeReader& a, DType scale) {
  const std::int64_t said = a.attr_int("output_dtype");
  if (said == 0) return scale == f8e8m0 ? dtype_of(f32) : scale;
  if (said < 0 || said > 254 || !kReal.has(static_cast<ElementKind>(said))) {
    a.fail(cat("output_dtype is ", said));
  }
  return dtype_of(static_cast<ElementKind>(said));
}

void infer(ShapeContext& c) {
  c.set_output(0, output_type(c, c.input_dtype(1)), c.input(0).shape);
  const SymShape* x = c.input_shape(0);
  const SymShape* s = c.input_shape(1);
  const auto shape = x != nullptr ? to_numbers(*x) : std::nullopt;
  const auto scale = s != nullptr ? to_numbers(*s) : std::nullopt;
  if (shape && scale) {
    (void)ops::scale_layout(c, *shape, *scale, c.attr_int("axis"), c.attr_int("block_size"));
  }
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  ops::Affine affine = ops::read_affine(call, 1, 2);
  affine.layout = ops::scale_layout(call, x.shape(), call.input(1).shape(), call.attr_int("axis"),
                                    call.attr_int("block_size"));
  const DType to = output_type(call, call.input(1).type());
  call.set_output(0, ops::from_doubles(ops::dequantize(x, affine), x.shape(), to));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 2); }

/// ds = sum of dy * (x - zero point) over all that shares a scale.
void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* s = g.x(1);
  if (!g.wants(1)) return;
  Value* ones = g.expand_like(g.number(1, s), s);
  Value* codes =
      g.op("DequantizeLinear", {x, ones, g.x(2)}, g.node().attributes(), g.node().domain());
  Value* part = g.mul(g.dy(0), codes);
  const std::size_t rank = g.rank(x);
  if (g.rank(s) == 0) {
    g.set_dx(1, g.sum_all(part));
    return;
  }
  const auto axis = g.attr_axis("axis", rank == 0 ? 1 : rank);
  const std::int64_t block = g.attr_int("block_size");
  if (g.rank(s) == 1 && block == 0) {
    std::vector<std::int64_t> others;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(rank); ++i) {
      if (i != axis) others.push_back(i);
    }
    g.set_dx(1, g.sum_to(g.sum(part, others, /*keep=*/false), s));
    return;
  }
  if (block == 0 || g.rank(s) != rank) g.refuse("no gradient for scales of this shape");
  // The last block may be cut off: zeros make it whole.
  Value* blocks = g.size_of(s, axis);
  Value* missing = g.sub(g.mul(blocks, static_cast<double>(block)), g.size_of(x, axis));
  Value* pads = g.op("Concat", {g.ints({0}), missing}, {{"axis", std::int64_t{0}}});
  part = g.op("Pad", {part, pads, nullptr, g.ints({axis})});
  std::vector<Value*> sizes;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(rank); ++i) {
    sizes.push_back(g.size_of(s, i));
    if (i == axis) sizes.push_back(g.ints({block}));
  }
  part = g.reshape(part, g.op("Concat", sizes, {{"axis", std::int64_t{0}}}));
  g.set_dx(1, g.sum(part, {axis + 1}, /*keep=*/false));
}

OpDef schema(const char* domain, int since) {
  return OpDef(domain, "DequantizeLinear", since)
      .input("x", kQuantized, "T1")
      .input("x_scale", {f32, f16, bf16, f8e8m0}, "T2")
      .optional_input("x_zero_point", kQuantized, "T1")
      .output("y", kReal, "T3")
      .attribute("axis", std::int64_t{1}, "dimension of the scales")
      .attribute("block_size", std::int64_t{0}, "indices that share a scale; 0 = no blocks")
      .attribute("output_dtype", std::int64_t{0}, "element type; 0 = that of the scale")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace

/// y = (x - x_zero_point) * x_scale; one scale for all, one per index of `axis`, or one per block.
/// Shapes: x any, x_scale scalar, [N] or x / block -> y as x.
/// That of com.microsoft (16-bit codes before ONNX had them) means the same.
/// Source: ONNX DequantizeLinear, version 25; ONNX Runtime, ContribOperators.md.
OpDefs op_dequantize_linear() { return {schema("", 25), schema("com.microsoft", 1)}; }

}  // namespace pare
