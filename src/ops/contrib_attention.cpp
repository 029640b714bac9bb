#include "ops/_matmul.hpp"
#include "ops/_projected_attention.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kX, kWeights, kBias, kMask, kPast, kAttentionBias, kPastLength };

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

/// Widths of q, k and v inside the `wide` columns of the weights.
std::vector<std::int64_t> widths(const AttributeReader& a, std::int64_t wide) {
  std::vector<std::int64_t> w = a.attr_ints("qkv_hidden_sizes");
  if (w.empty()) w = {wide / 3, wide / 3, wide / 3};
  std::int64_t left = wide;
  for (const std::int64_t n : w) {
    if (n < 1 || n > left) a.fail(cat("qkv_hidden_sizes holds ", n, ", the weights have ", wide));
    left -= n;
  }
  if (w.size() != 3 || w[0] != w[1] || left != 0) {
    a.fail(cat("q, k and v of sizes ", to_string(w), " in ", wide, " columns"));
  }
  return w;
}

Dim columns(const ShapeContext& c) {
  const SymShape* w = c.input_shape(kWeights);
  return w != nullptr && w->size() == 2 ? (*w)[1] : Dim();
}

void infer(ShapeContext& c) {
  const Dim wide = columns(c);
  const Dim values = wide.is_number() ? Dim(widths(c, wide.number())[2]) : Dim();
  ops::infer_projected(c, c.input_dtype(kX), values, kPast);
}

void reference(OpCall& call) {
  if (call.has_input(kPastLength)) {
    throw Error(Fault::unsupported,
                cat(call.node().label(), ": a state that shares a buffer with the past"));
  }
  const Tensor& x = call.input(kX);
  const Tensor& w = call.input(kWeights);
  ops::want_rank(call, x, 3, "input");
  ops::want_rank(call, w, 2, "weights");
  const ops::MatMulPlan plan = ops::plan_matmul(call, x.shape(), w.shape());
  ops::Projected p = {ops::multiply(plan, x.to_doubles(), w.to_doubles()),
                      x.dim(0),
                      x.dim(1),
                      widths(call, w.dim(1)),
                      {.mask = kMask, .attention_bias = kAttentionBias, .may_start = true},
                      kPast};
  if (call.has_input(kBias)) {
    ops::want_shape(call, call.input(kBias), {w.dim(1)}, "the bias");
    const std::vector<double> bias = call.input(kBias).to_doubles();
    for (std::size_t i = 0; i < p.values.size(); ++i) p.values[i] += bias[i % bias.size()];
  }
  ops::attend_projected(call, p, x.type());
}

Cost cost(const ShapeContext& c) { return ops::projected_cost(c, columns(c), kPast); }

}  // namespace

/// Projects input to q, k and v, then softmax(scale q k' + masks) v per head. Shapes: input
/// [B, S, D], weights [D, Dq + Dq + Dv] and bias [Dq + Dq + Dv] for q, k and v side by side;
/// mask_index [B] (ends), [2 B] (ends, then starts), [B, T] or [B, S, T]; past [2, B, N, P, H] in
/// front, T = P + S; attention_bias [B or 1, N or 1, S, T] -> output [B, S, Dv], present
/// [2, B, N, T, H]. Source: ONNX Runtime, ContribOperators.md, Attention.
OpDefs op_contrib_attention() {
  OpDef def("com.microsoft", "Attention", 1);
  def.input("input", kReal)
      .input("weights", kReal)
      .optional_input("bias", kReal)
      .optional_input("mask_index", {ElementKind::i32}, "M")
      .optional_input("past", kReal)
      .optional_input("attention_bias", kReal)
      .optional_input("past_sequence_length", {ElementKind::i32}, "M")
      .output("output", kReal)
      .optional_output("present", kReal)
      .optional_attribute("qkv_hidden_sizes", AttributeKind::integers, "Dq, Dq, Dv; equal parts")
      .attribute("rotary_embedding_dim", std::int64_t{0}, "of do_rotary");
  return ops::projected_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
