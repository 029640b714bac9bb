#include "ops/_quantize.hpp"

namespace pare {
namespace {

using enum ElementKind;

constexpr TypeSet kQuantized = types::kFloat8 | TypeSet{u8, i8, u16, i16, u4, i4, u2, i2, f4e2m1};

DType output_type(const AttributeReader& a, DType zero_point) {
  const std::int64_t said = a.attr_int("output_dtype");
  if (said == 0) return zero_point.valid() ? zero_point : dtype_of(u8);
  if (said < 0 || said > 254 || !kQuantized.has(static_cast<ElementKind>(said))) {
    a.fail(cat("output_dtype is ", said));
  }
  const DType type = dtype_of(static_cast<ElementKind>(said));
  if (zero_point.valid() && !(zero_point == type)) {
    a.fail(cat("output_dtype is ", type.name(), ", the zero point is ", zero_point.name()));
  }
  return type;
}

void infer(ShapeContext& c) {
  const DType zero = c.has_input(2) ? c.input_dtype(2) : DType{};
  c.set_output(0, output_type(c, zero), c.input(0).shape);
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
  const DType to = output_type(call, call.has_input(2) ? call.input(2).type() : DType{});
  const std::int64_t said = call.attr_int("precision");
  DType precision = call.input(1).type();
  if (said != 0) {
    if (said < 0 || said > 254 || !types::kFloat.has(static_cast<ElementKind>(said))) {
      call.fail(cat("precision is ", said));
    }
    precision = dtype_of(static_cast<ElementKind>(said));
  }
  call.set_output(0, ops::quantize(x.to_doubles(), x.shape(), affine, to, precision,
                                   call.attr_int("saturate") != 0));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 3); }

OpDef schema(const char* domain, int since) {
  return OpDef(domain, "QuantizeLinear", since)
      .input("x", {f32, f16, bf16, i32}, "T1")
      .input("y_scale", {f32, f16, bf16, i32, f8e8m0}, "T2")
      .optional_input("y_zero_point", kQuantized, "T3")
      .output("y", kQuantized, "T3")
      .attribute("axis", std::int64_t{1}, "dimension of the scales")
      .attribute("block_size", std::int64_t{0}, "indices that share a scale; 0 = no blocks")
      .attribute("output_dtype", std::int64_t{0}, "element type when there is no zero point")
      .attribute("precision", std::int64_t{0}, "element type of the division; 0 = of the scale")
      .attribute("saturate", std::int64_t{1}, "8-bit floats saturate instead of overflowing")
      .define(infer, reference, cost);
}

}  // namespace

/// y = saturate(round(x / y_scale) + y_zero_point), half to even; one scale for all, one per index
/// of `axis`, or one per block. Shapes: x any, y_scale scalar, [N] or x / block -> y as x.
/// That of com.microsoft (16-bit codes before ONNX had them) means the same.
/// Source: ONNX QuantizeLinear, version 25; ONNX Runtime, ContribOperators.md.
OpDefs op_quantize_linear() { return {schema("", 25), schema("com.microsoft", 1)}; }

}  // namespace pare
