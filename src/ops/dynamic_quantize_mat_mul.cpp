#include "ops/_qmatmul.hpp"

namespace pare {
namespace {

using Line = ops::LineParams::Line;

constexpr TypeSet kReal = {ElementKind::f32};

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(0), ops::matmul_shape(c, c.input_shape(0), c.input_shape(1)));
}

ops::CodedMatrix quantize_by_range(const Tensor& x) {
  const std::vector<double> values = x.to_doubles();
  const ops::ByteRange range = ops::byte_range(values);
  ops::CodedMatrix m;
  m.shape = x.shape();
  m.scale.values = {range.scale};
  for (const double v : values) m.codes.push_back(static_cast<std::uint64_t>(range.steps(v)));
  return m;
}

void reference(OpCall& call) {
  const ops::CodedMatrix a = quantize_by_range(call.input(0));
  const ops::CodedMatrix b = ops::coded_matrix(call, 1, 2, 3, Line::column);
  const ops::MatMulPlan plan = ops::plan_matmul(call, a.shape, b.shape);
  std::vector<double> y = ops::scaled_product(plan, a, b);
  ops::add_bias(call, 4, plan.n, y);
  call.set_output(0, ops::from_doubles(y, plan.shape, dtype_of(ElementKind::f32)));
}

Cost cost(const ShapeContext& c) { return ops::matmul_cost(c, 0); }

}  // namespace

/// Y = A' x dequantize(B) + bias, where A' is A rounded to 256 steps over its own range (with 0).
/// Shapes: as MatMul; b_scale and b_zero_point [], [N] or [.., 1, N], bias [N].
/// Source: ONNX Runtime, ContribOperators.md, DynamicQuantizeMatMul; ONNX DynamicQuantizeLinear.
OpDefs op_dynamic_quantize_mat_mul() {
  return OpDef("com.microsoft", "DynamicQuantizeMatMul", 1)
      .input("A", kReal, "T1")
      .input("B", ops::kByteCodes, "T2")
      .input("b_scale", kReal, "T1")
      .optional_input("b_zero_point", ops::kByteCodes, "T2")
      .optional_input("bias", kReal, "T1")
      .output("Y", kReal, "T1")
      .define(infer, reference, cost);
}

}  // namespace pare
