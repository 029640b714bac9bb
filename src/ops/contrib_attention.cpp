#include "ops/_attention.hpp"
#include "ops/_matmul.hpp"

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

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  if (const SymShape* x = c.input_shape(kX)) {
    if (x->size() != 3) c.fail(cat("input has shape ", to_string(*x), ", wanted rank 3"));
    y = SymShape{(*x)[0], (*x)[1], Dim::unknown()};
    const SymShape* w = c.input_shape(kWeights);
    if (w != nullptr && w->size() == 2 && (*w)[1].is_number()) {
      (*y)[2] = widths(c, (*w)[1].number())[2];
    }
  }
  c.set_output(0, c.input_dtype(kX), y);
  c.set_output(1, c.input_dtype(kX), SymShape(5));
}

/// Key (part 0) or value (part 1) of a past [2, B, N, P, H].
ops::Heads past_part(const OpCall& call, std::int64_t part) {
  const Tensor& t = call.input(kPast);
  ops::want_rank(call, t, 5, "past");
  if (t.dim(0) != 2) call.fail(cat("past has shape ", to_string(t.shape()), ", wanted 2 in front"));
  const std::vector<double> all = t.to_doubles();
  const auto half = static_cast<std::ptrdiff_t>(all.size() / 2);
  ops::Heads h{{}, t.dim(1), t.dim(2), t.dim(3), t.dim(4)};
  h.values.assign(all.begin() + part * half, all.begin() + (part + 1) * half);
  return h;
}

void refuse_what_is_not_there(const OpCall& call) {
  const bool shared =
      call.attr_int("past_present_share_buffer") != 0 || call.has_input(kPastLength);
  if (shared || call.attr_int("do_rotary") != 0) {
    throw Error(Fault::unsupported, cat(call.node().label(), ": ",
                                        shared ? "a state that shares a buffer with the past"
                                               : "rotary embedding inside"));
  }
}

void reference(OpCall& call) {
  refuse_what_is_not_there(call);
  const Tensor& x = call.input(kX);
  const Tensor& w = call.input(kWeights);
  ops::want_rank(call, x, 3, "input");
  ops::want_rank(call, w, 2, "weights");
  const ops::MatMulPlan plan = ops::plan_matmul(call, x.shape(), w.shape());
  const std::vector<double> projected = ops::multiply(plan, x.to_doubles(), w.to_doubles());
  const std::vector<std::int64_t> wide = widths(call, w.dim(1));
  std::vector<double> bias(static_cast<std::size_t>(w.dim(1)), 0.0);
  if (call.has_input(kBias)) {
    ops::want_shape(call, call.input(kBias), {w.dim(1)}, "the bias");
    bias = call.input(kBias).to_doubles();
  }
  const auto part = [&](std::size_t which) {
    const std::int64_t heads = ops::head_count(call, wide[which]);
    const std::int64_t size = wide[which] / heads;
    const std::int64_t start = static_cast<std::int64_t>(which) * wide[0];
    return ops::split_heads({{}, x.dim(0), heads, x.dim(1), size}, projected,
                            {w.dim(1), start, size}, bias.data() + start);
  };
  const ops::Heads q = part(0);
  ops::Heads k = part(1);
  ops::Heads v = part(2);
  if (call.has_input(kPast)) {
    k = ops::join_heads(call, past_part(call, 0), k);
    v = ops::join_heads(call, past_part(call, 1), v);
  }
  const ops::ScoreBias add = ops::score_bias(
      call, {.mask = kMask, .attention_bias = kAttentionBias, .may_start = true}, q, k);
  const ops::Attended made = ops::attend(call, q, k, v, add);
  call.set_output(0, ops::from_doubles(made.y, {x.dim(0), x.dim(1), wide[2]}, x.type()));
  if (!call.wants_output(1)) return;
  if (k.size != v.size) call.fail("keys and values of different sizes have no common state");
  std::vector<double> state = k.values;
  state.insert(state.end(), v.values.begin(), v.values.end());
  const Shape shape = {2, k.batch, k.heads, k.length, k.size};
  call.set_output(1, ops::from_doubles(state, shape, x.type()));
}

Cost cost(const ShapeContext& c) {
  const double n = ops::value_count(c.output(0).type);
  const SymShape* x = c.input_shape(kX);
  if (x == nullptr || x->size() != 3 || !(*x)[1].is_number() || !(*x)[2].is_number()) return {};
  const auto length = static_cast<double>((*x)[1].number());
  const auto inner = static_cast<double>((*x)[2].number());
  const double macs = n * (3 * inner + 2 * length);  // three projections, scores, weighted sums
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

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
      .attribute("do_rotary", std::int64_t{0}, "must be 0")
      .attribute("rotary_embedding_dim", std::int64_t{0}, "of do_rotary")
      .attribute("past_present_share_buffer", std::int64_t{0}, "must be 0");
  return ops::attention_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
