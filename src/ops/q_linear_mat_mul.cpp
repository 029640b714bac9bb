#include "ops/_qmatmul.hpp"

namespace pare {
namespace {

using Line = ops::LineParams::Line;

constexpr TypeSet kScale = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(7), ops::matmul_shape(c, c.input_shape(0), c.input_shape(3)));
}

void reference(OpCall& call) {
  const ops::CodedMatrix a = ops::coded_matrix(call, 0, 1, 2, Line::row);
  const ops::CodedMatrix b = ops::coded_matrix(call, 3, 4, 5, Line::column);
  const ops::MatMulPlan plan = ops::plan_matmul(call, a.shape, b.shape);
  const std::vector<double> y = ops::scaled_product(plan, a, b);
  const DType to = call.input(7).type();
  const ops::LineParams scale = ops::line_params(call, 6, plan.shape, Line::row, 1);
  const ops::LineParams zero = ops::line_params(call, 7, plan.shape, Line::row, 0);
  std::vector<double> codes(y.size());
  for (std::size_t k = 0; k < y.size(); ++k) {
    const auto i = static_cast<std::int64_t>(k);
    const std::int64_t matrix = i / (plan.m * plan.n);
    const std::int64_t row = i / plan.n % plan.m;
    const std::int64_t column = i % plan.n;
    codes[k] =
        ops::quantize_one(y[k], scale.at(matrix, row, column), zero.at(matrix, row, column), to);
  }
  call.set_output(0, ops::from_doubles(codes, plan.shape, to));
}

Cost cost(const ShapeContext& c) { return ops::matmul_cost(c, 0); }

}  // namespace

/// y = quantize(dequantize(a) x dequantize(b)), sums exact. Shapes: as MatMul; scales and zero
/// points of a and y are scalars, [M] or [.., M, 1], those of b scalars, [N] or [.., 1, N].
/// Source: ONNX QLinearMatMul, version 21.
OpDefs op_q_linear_mat_mul() {
  return OpDef("QLinearMatMul", 21)
      .input("a", ops::kByteCodes, "T1")
      .input("a_scale", kScale, "TS")
      .input("a_zero_point", ops::kByteCodes, "T1")
      .input("b", ops::kByteCodes, "T2")
      .input("b_scale", kScale, "TS")
      .input("b_zero_point", ops::kByteCodes, "T2")
      .input("y_scale", kScale, "TS")
      .input("y_zero_point", ops::kByteCodes, "T3")
      .output("y", ops::kByteCodes, "T3")
      .define(infer, reference, cost);
}

}  // namespace pare
