#include "ops/_broadcast.hpp"
#include "ops/_qmatmul.hpp"

namespace pare {
namespace {

using Line = ops::LineParams::Line;

enum Input : std::size_t { kA, kAScale, kAZero, kB, kBScale, kBZero, kC, kYScale, kYZero };

bool is_quantized(const AttributeReader& a) {
  return a.node().input(kYScale) != nullptr && a.node().input(kYZero) != nullptr;
}

void infer(ShapeContext& c) {
  SymShape y(2);
  SymShape inner(2);
  for (std::size_t side = 0; side < 2; ++side) {
    const SymShape* s = c.input_shape(side == 0 ? kA : kB);
    if (s == nullptr) continue;
    if (s->size() != 2) c.fail(cat("a matrix has shape ", to_string(*s), ", wanted rank 2"));
    const bool swap = c.attr_int(side == 0 ? "transA" : "transB") != 0;
    y[side] = (*s)[swap ? 1 - side : side];
    inner[side] = (*s)[swap ? side : 1 - side];
  }
  ops::want_equal(c, inner[0], inner[1], "the inner size of the product");
  c.set_output(0, is_quantized(c) ? c.input_dtype(kYZero) : dtype_of(ElementKind::f32), y);
}

/// B as [K, N]; its scales and zero points stand for the columns of that.
ops::CodedMatrix right_side(const OpCall& call) {
  const bool swap = call.attr_int("transB") != 0;
  ops::CodedMatrix b =
      ops::coded_matrix(call, kB, kBScale, kBZero, swap ? Line::row : Line::column);
  if (swap) ops::transpose(b);
  b.scale.line = Line::column;
  return b;
}

void add_codes(const OpCall& call, const ops::MatMulPlan& plan, const ops::CodedMatrix& a,
               const ops::CodedMatrix& b, std::vector<double>& y) {
  if (!call.has_input(kC)) return;
  const Tensor& c = call.input(kC);
  if (broadcast_shapes(c.shape(), plan.shape) != plan.shape) {
    call.fail(cat("C has shape ", to_string(c.shape()), ", which does not broadcast to ",
                  to_string(plan.shape)));
  }
  const auto offsets = ops::broadcast_offsets(c.shape(), plan.shape);
  const std::vector<double> codes = c.to_doubles();
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double scale =
        a.scale.at(0, 0, 0) * b.scale.at(0, 0, static_cast<std::int64_t>(i) % plan.n);
    y[i] += codes[static_cast<std::size_t>(offsets[i])] * scale;
  }
}

void reference(OpCall& call) {
  ops::want_rank(call, call.input(kA), 2, "A");
  ops::want_rank(call, call.input(kB), 2, "B");
  ops::CodedMatrix a = ops::coded_matrix(call, kA, kAScale, kAZero, Line::row);
  if (call.input(kAScale).size() != 1 || call.input(kAZero).size() != 1) {
    call.fail("A has more than one scale or zero point");
  }
  if (call.attr_int("transA") != 0) ops::transpose(a);
  const ops::CodedMatrix b = right_side(call);
  const ops::MatMulPlan plan = ops::plan_matmul(call, a.shape, b.shape);
  std::vector<double> y = ops::scaled_product(plan, a, b);
  add_codes(call, plan, a, b, y);
  const auto alpha = static_cast<double>(call.attr_float("alpha"));
  for (double& v : y) v *= alpha;
  if (is_quantized(call)) {
    call.set_output(0, ops::requantized(call, y, plan.shape, kYScale, call.input(kYZero).type()));
  } else {
    call.set_output(0, ops::from_doubles(y, plan.shape, dtype_of(ElementKind::f32)));
  }
}

Cost cost(const ShapeContext& c) {
  const SymShape* a = c.input_shape(kA);
  if (a == nullptr || a->size() != 2) return {};
  const Dim& k = (*a)[c.attr_int("transA") != 0 ? 0 : 1];
  if (!k.is_number()) return {};
  const double macs = ops::value_count(c.output(0).type) * static_cast<double>(k.number());
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

}  // namespace

/// Y = alpha (A' B' + C'), A' and B' dequantized and transposed as asked, C' = a_scale b_scale C:
/// quantized when y_scale and y_zero_point are given, else float32. Shapes: A [M, K], B [K, N],
/// C int32 that broadcasts to Y [M, N]; scale and zero point of B are scalars or [N].
/// Source: ONNX Runtime, ContribOperators.md, QGemm.
OpDefs op_q_gemm() {
  constexpr TypeSet kScale = {ElementKind::f32};
  return OpDef("com.microsoft", "QGemm", 1)
      .input("A", ops::kByteCodes, "TA")
      .input("a_scale", kScale)
      .input("a_zero_point", ops::kByteCodes, "TA")
      .input("B", ops::kByteCodes, "TB")
      .input("b_scale", kScale)
      .input("b_zero_point", ops::kByteCodes, "TB")
      .optional_input("C", {ElementKind::i32}, "TC")
      .optional_input("y_scale", kScale)
      .optional_input("y_zero_point", ops::kByteCodes, "TYZ")
      .output("Y", ops::kByteCodes | kScale, "TY")
      .attribute("alpha", 1.0F, "factor of the product")
      .attribute("transA", std::int64_t{0}, "A is [K, M]")
      .attribute("transB", std::int64_t{0}, "B is [N, K]")
      .define(infer, reference, cost);
}

}  // namespace pare
