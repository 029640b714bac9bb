#include "ops/_qmatmul.hpp"

namespace pare {
namespace {

using Line = ops::LineParams::Line;

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16};

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(2), ops::matmul_shape(c, c.input_shape(0), c.input_shape(1)));
}

void reference(OpCall& call) {
  const ops::CodedMatrix a = ops::coded_matrix(call, 0, 2, 4, Line::row);
  const ops::CodedMatrix b = ops::coded_matrix(call, 1, 3, 5, Line::column);
  if (a.scale.values.size() != 1) {
    call.fail(cat("a_scale has shape ", to_string(call.input(2).shape()), ", wanted one value"));
  }
  const ops::MatMulPlan plan = ops::plan_matmul(call, a.shape, b.shape);
  std::vector<double> y = ops::scaled_product(plan, a, b);
  ops::add_bias(call, 6, plan.n, y);
  call.set_output(0, ops::from_doubles(y, plan.shape, call.input(2).type()));
}

Cost cost(const ShapeContext& c) { return ops::matmul_cost(c, 0); }

}  // namespace

/// Y = dequantize(A) x dequantize(B) + bias, sums exact. Shapes: as MatMul; a_scale [], b_scale and
/// b_zero_point [], [N] or [.., 1, N], bias [N]. Source: ONNX Runtime, ContribOperators.md,
/// MatMulIntegerToFloat.
OpDefs op_mat_mul_integer_to_float() {
  return OpDef("com.microsoft", "MatMulIntegerToFloat", 1)
      .input("A", ops::kByteCodes, "T1")
      .input("B", ops::kByteCodes, "T2")
      .input("a_scale", kReal, "T3")
      .input("b_scale", kReal, "T3")
      .optional_input("a_zero_point", ops::kByteCodes, "T1")
      .optional_input("b_zero_point", ops::kByteCodes, "T2")
      .optional_input("bias", kReal, "T3")
      .output("Y", kReal, "T3")
      .define(infer, reference, cost);
}

}  // namespace pare
