#include <algorithm>
#include <cmath>

#include "ops/_qmatmul.hpp"

namespace pare {
namespace {

using Line = ops::LineParams::Line;

constexpr TypeSet kReal = {ElementKind::f32};
constexpr float kSteps = 255.0F;

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(0), ops::matmul_shape(c, c.input_shape(0), c.input_shape(1)));
}

/// x as unsigned bytes over its own range, widened to hold 0; scale and zero point are made in
/// float32, as the runtime that defines the operator makes them.
ops::CodedMatrix quantize_by_range(const Tensor& x) {
  float least = 0;
  float most = 0;
  for (const float v : x.data<float>()) {
    least = std::min(least, v);
    most = std::max(most, v);
  }
  const float scale = most == least ? 1.0F : (most - least) / kSteps;
  const float zero = std::clamp(std::nearbyint(-least / scale), 0.0F, kSteps);
  ops::CodedMatrix m;
  m.shape = x.shape();
  m.scale.values = {static_cast<double>(scale)};
  for (const float v : x.data<float>()) {
    const double code = ops::quantize_one(static_cast<double>(v / scale), 1,
                                          static_cast<double>(zero), dtype_of(ElementKind::u8));
    m.codes.push_back(
        static_cast<std::uint64_t>(static_cast<std::int64_t>(code - static_cast<double>(zero))));
  }
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
