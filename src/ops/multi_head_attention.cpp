#include "ops/_attention.hpp"

namespace pare {
namespace {

enum Input : std::size_t {
  kQuery,
  kKey,
  kValue,
  kBias,
  kMask,
  kAttentionBias,
  kPastKey,
  kPastValue,
  kPastLength,
  kIndirection
};

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

/// The keys there are now: 3 or 5 dimensions as tokens, 4 as heads; and those of the past.
Dim key_count(const ShapeContext& c) {
  const SymShape* k = c.has_input(kKey) ? c.input_shape(kKey) : c.input_shape(kQuery);
  if (k == nullptr || k->size() < 3) return {};
  const Dim now = (*k)[k->size() == 4 ? 2 : 1];
  if (!c.has_input(kPastKey)) return now;
  const SymShape* past = c.input_shape(kPastKey);
  return past != nullptr && past->size() == 4 ? (*past)[2] + now : Dim();
}

void infer(ShapeContext& c) {
  const std::int64_t heads = c.attr_int("num_heads");
  if (heads < 1) c.fail(cat("num_heads is ", heads));
  std::optional<SymShape> y;
  SymShape key = {Dim(), heads, key_count(c), Dim()};
  SymShape value = key;
  SymShape scores = {Dim(), heads, Dim(), key[2]};
  const SymShape* q = c.input_shape(kQuery);
  const SymShape* v = c.has_input(kValue) ? c.input_shape(kValue) : nullptr;
  if (q != nullptr && q->size() == 5) {
    y = SymShape{(*q)[0], (*q)[1], (*q)[2] * (*q)[4]};
    key[3] = value[3] = (*q)[4];
  } else if (q != nullptr) {
    if (q->size() != 3) c.fail(cat("query has shape ", to_string(*q), ", wanted rank 3 or 5"));
    y = SymShape{(*q)[0], (*q)[1], Dim()};
    key[3] = floor_div((*q)[2], heads);
    if (v != nullptr && v->size() == 3) (*y)[2] = (*v)[2];
    if (v != nullptr && v->size() == 4) (*y)[2] = (*v)[1] * (*v)[3];
    if (!c.has_input(kValue)) (*y)[2] = (*q)[2];
    value[3] = floor_div((*y)[2], heads);
  }
  if (y) {
    key[0] = value[0] = scores[0] = (*y)[0];
    scores[2] = (*y)[1];
  }
  c.set_output(0, c.input_dtype(kQuery), y);
  const SymShape* others[] = {&key, &value, &scores};
  for (std::size_t i = 1; i < c.output_count() && i < 4; ++i) {
    c.set_output(i, c.input_dtype(kQuery), *others[i - 1]);
  }
}

struct Parts {
  ops::Heads q, k, v;
};

/// A bias [N H + N H + N Hv] at the place of q, k or v; null without one.
class Biases {
 public:
  Biases(const OpCall& call, std::int64_t wide, std::int64_t value_wide)
      : call_(&call), wide_(wide) {
    if (!call.has_input(kBias)) return;
    ops::want_shape(call, call.input(kBias), {2 * wide + value_wide}, "the bias");
    values_ = call.input(kBias).to_doubles();
  }
  /// For a part of `count` values. Fault::corrupt when the bias does not have them.
  [[nodiscard]] const double* of(std::int64_t part, std::int64_t count) const {
    if (values_.empty()) return nullptr;
    if (part * wide_ + count > static_cast<std::int64_t>(values_.size())) {
      call_->fail(cat("a bias of ", values_.size(), " for keys or values of ", count));
    }
    return values_.data() + part * wide_;
  }

 private:
  const OpCall* call_;
  std::int64_t wide_;
  std::vector<double> values_;
};

/// One of `count` parts of a tensor [B, L, N, count, H].
ops::Heads packed_part(const Tensor& t, std::int64_t part, const double* bias) {
  const std::int64_t n = t.dim(2);
  const std::int64_t h = t.dim(4);
  const std::int64_t count = t.dim(3);
  return ops::split_heads({{}, t.dim(0), n, t.dim(1), h}, t.to_doubles(),
                          {n * count * h, part * h, count * h}, bias);
}

/// Values per token: of heads side by side, or split already.
std::int64_t width_of(const OpCall& call, const Tensor& t) {
  if (t.rank() == 4) return t.dim(1) * t.dim(3);
  ops::want_rank(call, t, 3, "a key or value");
  return t.dim(2);
}

Parts read_parts(const OpCall& call) {
  const Tensor& q = call.input(kQuery);
  if (q.rank() == 5) {
    if (q.dim(3) != 3 || q.dim(2) != call.attr_int("num_heads")) {
      call.fail(cat("query has shape ", to_string(q.shape()), ", wanted [B, L, heads, 3, H]"));
    }
    const std::int64_t wide = q.dim(2) * q.dim(4);
    const Biases bias(call, wide, wide);
    return {packed_part(q, 0, bias.of(0, wide)), packed_part(q, 1, bias.of(1, wide)),
            packed_part(q, 2, bias.of(2, wide))};
  }
  ops::want_rank(call, q, 3, "query");
  const std::int64_t wide = q.dim(2);
  const std::int64_t heads = ops::head_count(call, wide);
  const Tensor& key = call.input(kKey);
  if (key.rank() == 5) {
    if (key.dim(3) != 2 || key.dim(2) != heads) {
      call.fail(cat("key has shape ", to_string(key.shape()), ", wanted [B, L, heads, 2, H]"));
    }
    const Biases bias(call, wide, wide);
    const std::int64_t key_wide = heads * key.dim(4);
    return {ops::heads_from(call, q, heads, bias.of(0, wide)),
            packed_part(key, 0, bias.of(1, key_wide)), packed_part(key, 1, bias.of(2, key_wide))};
  }
  const Tensor& value = call.input(kValue);
  const std::int64_t value_wide = width_of(call, value);
  const Biases bias(call, wide, value_wide);
  return {ops::heads_from(call, q, heads, bias.of(0, wide)),
          ops::heads_from(call, key, heads, bias.of(1, width_of(call, key))),
          ops::heads_from(call, value, heads, bias.of(2, value_wide))};
}

void reference(OpCall& call) {
  if (call.has_input(kPastLength) || call.has_input(kIndirection)) {
    throw Error(Fault::unsupported,
                cat(call.node().label(), ": states that share a buffer with the past"));
  }
  if (call.has_input(kPastKey) != call.has_input(kPastValue)) {
    call.fail("past_key and past_value belong together");
  }
  const DType type = call.input(kQuery).type();
  Parts p = read_parts(call);
  if (call.has_input(kPastKey)) {
    p.k = ops::join_heads(call, ops::heads_of(call, call.input(kPastKey)), p.k);
    p.v = ops::join_heads(call, ops::heads_of(call, call.input(kPastValue)), p.v);
  }
  const ops::ScoreBias bias =
      ops::score_bias(call, {.mask = kMask, .attention_bias = kAttentionBias}, p.q, p.k);
  const ops::Attended made = ops::attend(call, p.q, p.k, p.v, bias);
  call.set_output(0,
                  ops::from_doubles(made.y, {p.q.batch, p.q.length, p.q.heads * p.v.size}, type));
  if (call.wants_output(1)) {
    call.set_output(1, ops::from_doubles(p.k.values, p.k.shape(), type));
  }
  if (call.wants_output(2)) {
    call.set_output(2, ops::from_doubles(p.v.values, p.v.shape(), type));
  }
  if (call.wants_output(3)) {
    const Shape shape = {p.q.batch, p.q.heads, p.q.length, p.k.length};
    call.set_output(3, ops::from_doubles(made.p, shape, type));
  }
}

Cost cost(const ShapeContext& c) {
  const SymShape* q = c.input_shape(kQuery);
  const double count = ops::value_count(c.input(kQuery));
  return ops::attention_cost(c, q != nullptr && q->size() == 5 ? count / 3 : count, key_count(c));
}

}  // namespace

/// softmax(scale q k' + masks) v per head, for projected q, k and v (plus their bias). Shapes:
/// query [B, S, N H], key [B, L, N H] and value [B, L, N Hv]; or query [B, S, N, 3, H] with all
/// three; or key [B, L, N, 2, H] with both; key and value may be split already, [B, N, L, H];
/// past_key and past_value [B, N, P, H] come in front, T = P + L; key_padding_mask [B] (lengths),
/// [B, T] or [B, S, T]; attention_bias [B or 1, N or 1, S, T] -> output [B, S, N Hv], present_key
/// and present_value [B, N, T, H], qk [B, N, S, T]. Source: ONNX Runtime, ContribOperators.md,
/// MultiHeadAttention.
OpDefs op_multi_head_attention() {
  OpDef def("com.microsoft", "MultiHeadAttention", 1);
  def.input("query", kReal)
      .optional_input("key", kReal)
      .optional_input("value", kReal)
      .optional_input("bias", kReal)
      .optional_input("key_padding_mask", {ElementKind::i32}, "M")
      .optional_input("attention_bias", kReal)
      .optional_input("past_key", kReal)
      .optional_input("past_value", kReal)
      .optional_input("past_sequence_length", {ElementKind::i32}, "M")
      .optional_input("cache_indirection", {ElementKind::i32}, "M")
      .output("output", kReal)
      .optional_output("present_key", kReal)
      .optional_output("present_value", kReal)
      .optional_output("qk", kReal);
  return ops::attention_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
