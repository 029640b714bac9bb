#include "ops/_cast.hpp"
#include "ops/_qmatmul.hpp"

namespace pare {
namespace {

using Line = ops::LineParams::Line;

constexpr TypeSet kScale = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(7), ops::matmul_shape(c, c.input_shape(0), c.input_shape(3)));
}

constexpr TypeSet kCodes = ops::kByteCodes | types::kFloat8;

/// (x - zero) * scale of an operand.
std::vector<double> dequantized(const OpCall& call, std::size_t x, Line line) {
  const Tensor& t = call.input(x);
  const ops::LineParams scale = ops::line_params(call, x + 1, t.shape(), line, 1);
  const ops::LineParams zero = ops::line_params(call, x + 2, t.shape(), line, 0);
  std::int64_t rows = line == Line::row ? 1 : t.size();  // of a vector
  std::int64_t columns = line == Line::row ? t.size() : 1;
  if (t.rank() > 1) {
    rows = t.dim(t.rank() - 2);
    columns = t.shape().back();
  }
  std::vector<double> v = t.to_doubles();
  for (std::size_t k = 0; k < v.size(); ++k) {
    const auto i = static_cast<std::int64_t>(k);
    const auto at = [&](const ops::LineParams& p) {
      return p.at(i / (rows * columns), i / columns % rows, i % columns);
    };
    v[k] = (v[k] - at(zero)) * at(scale);
  }
  return v;
}

/// Of integers the sums are exact, of 8-bit floats they are made in double.
std::vector<double> product(const OpCall& call, const ops::MatMulPlan& plan) {
  if (call.input(0).type().is_integer() && call.input(3).type().is_integer()) {
    return ops::scaled_product(plan, ops::coded_matrix(call, 0, 1, 2, Line::row),
                               ops::coded_matrix(call, 3, 4, 5, Line::column));
  }
  return ops::multiply(plan, dequantized(call, 0, Line::row), dequantized(call, 3, Line::column));
}

void reference(OpCall& call) {
  const ops::MatMulPlan plan = ops::plan_matmul(call, call.input(0).shape(), call.input(3).shape());
  const std::vector<double> y = product(call, plan);
  const DType to = call.input(7).type();
  const ops::LineParams scale = ops::line_params(call, 6, plan.shape, Line::row, 1);
  const ops::LineParams zero = ops::line_params(call, 7, plan.shape, Line::row, 0);
  std::vector<double> codes(y.size());
  for (std::size_t k = 0; k < y.size(); ++k) {
    const auto i = static_cast<std::int64_t>(k);
    const std::int64_t matrix = i / (plan.m * plan.n);
    const std::int64_t row = i / plan.n % plan.m;
    const std::int64_t column = i % plan.n;
    const double s = scale.at(matrix, row, column);
    const double z = zero.at(matrix, row, column);
    codes[k] = to.is_integer() ? ops::quantize_one(y[k], s, z, to) : y[k] / s + z;
  }
  const Tensor wide = Tensor::of<double>(plan.shape, codes);
  call.set_output(0, to.is_integer() ? wide.cast(to) : ops::cast_values(wide, to, true));
}

Cost cost(const ShapeContext& c) { return ops::matmul_cost(c, 0); }

}  // namespace

/// y = quantize(dequantize(a) x dequantize(b)), integer sums exact. Shapes: as MatMul; scales and
/// zero points of a and y are scalars, [M] or [.., M, 1], those of b scalars, [N] or [.., 1, N].
/// Source: ONNX QLinearMatMul, version 21.
OpDefs op_q_linear_mat_mul() {
  return OpDef("QLinearMatMul", 21)
      .input("a", kCodes, "T1")
      .input("a_scale", kScale, "TS")
      .input("a_zero_point", kCodes, "T1")
      .input("b", kCodes, "T2")
      .input("b_scale", kScale, "TS")
      .input("b_zero_point", kCodes, "T2")
      .input("y_scale", kScale, "TS")
      .input("y_zero_point", kCodes, "T3")
      .output("y", kCodes, "T3")
      .define(infer, reference, cost);
}

}  // namespace pare
