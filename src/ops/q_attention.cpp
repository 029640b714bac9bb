#include "ops/_projected_attention.hpp"
#include "ops/_qmatmul.hpp"

namespace pare {
namespace {

enum Input : std::size_t {
  kX,
  kWeight,
  kBias,
  kScale,
  kWeightScale,
  kMask,
  kZero,
  kWeightZero,
  kPast,
  kNone  // no input at all
};

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16};

using Line = ops::LineParams::Line;

Dim columns(const ShapeContext& c) {
  const SymShape* w = c.input_shape(kWeight);
  return w != nullptr && w->size() == 2 ? (*w)[1] : Dim();
}

void infer(ShapeContext& c) {
  ops::infer_projected(c, c.input_dtype(kBias), floor_div(columns(c), 3), kPast);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(kX);
  const Tensor& w = call.input(kWeight);
  ops::want_rank(call, x, 3, "input");
  ops::want_rank(call, w, 2, "weight");
  const std::int64_t wide = w.dim(1);
  if (wide % 3 != 0) call.fail(cat("a weight of ", wide, " columns for q, k and v"));
  const ops::CodedMatrix a = ops::coded_matrix(call, kX, kScale, kZero, Line::row);
  if (a.scale.values.size() != 1) call.fail("more than one input_scale");
  const ops::CodedMatrix b =
      ops::coded_matrix(call, kWeight, kWeightScale, kWeightZero, Line::column);
  std::vector<double> values = ops::scaled_product(ops::plan_matmul(call, a.shape, b.shape), a, b);
  (void)call.input(kBias);
  ops::add_bias(call, kBias, wide, values);
  const ops::Projected p = {std::move(values),
                            x.dim(0),
                            x.dim(1),
                            {wide / 3, wide / 3, wide / 3},
                            {.mask = kMask, .attention_bias = kNone, .may_start = true},
                            kPast};
  ops::attend_projected(call, p, call.input(kBias).type());
}

Cost cost(const ShapeContext& c) { return ops::projected_cost(c, columns(c), kPast); }

}  // namespace

/// Attention of com.microsoft with a quantized projection: q, k and v are
/// input_scale weight_scale (input - zero)(weight - zero) + bias; sums are exact. Shapes: input
/// [B, S, D], weight [D, 3 N H], bias [3 N H], input_scale [], weight_scale and its zero point []
/// or [3 N H], mask_index [B] (ends), [2 B] (ends, then starts), [B, T] or [B, S, T], past [2, B,
/// N, P, H], T = P + S -> output [B, S, N H], present [2, B, N, T, H]. Source: ONNX Runtime,
/// ContribOperators.md, QAttention.
OpDefs op_q_attention() {
  OpDef def("com.microsoft", "QAttention", 1);
  def.input("input", ops::kByteCodes, "T1")
      .input("weight", ops::kByteCodes, "T2")
      .input("bias", kReal, "T3")
      .input("input_scale", kReal, "T3")
      .input("weight_scale", kReal, "T3")
      .optional_input("mask_index", {ElementKind::i32}, "T4")
      .optional_input("input_zero_point", ops::kByteCodes, "T1")
      .optional_input("weight_zero_point", ops::kByteCodes, "T2")
      .optional_input("past", kReal, "T3")
      .output("output", kReal, "T3")
      .optional_output("present", kReal, "T3");
  return ops::projected_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
