#include <algorithm>

#include "base/checked.hpp"
#include "ops/_attention.hpp"

namespace pare {
namespace {

enum Input : std::size_t {
  kQuery,
  kKey,
  kValue,
  kMask,
  kAttentionBias,
  kPastKey,
  kPastValue,
  kPastLength,
  kBeamWidth,
  kIndirection,
  kBias
};

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16};

/// Keys and values of another sequence, split into heads already?
bool is_cross(const ShapeContext& c) {
  const SymShape* k = c.has_input(kKey) ? c.input_shape(kKey) : nullptr;
  return k != nullptr && k->size() == 4;
}

/// Keys there are: those given, or those of the past and the new one.
Dim key_count(const ShapeContext& c) {
  if (is_cross(c)) return (*c.input_shape(kKey))[2];
  if (!c.has_input(kPastKey)) return 1;
  const SymShape* past = c.input_shape(kPastKey);
  if (past == nullptr || past->size() != 4) return {};
  return c.attr_int("past_present_share_buffer") != 0 ? (*past)[2] : (*past)[2] + Dim(1);
}

void infer(ShapeContext& c) {
  const std::int64_t heads = c.attr_int("num_heads");
  if (heads < 1) c.fail(cat("num_heads is ", heads));
  std::optional<SymShape> y;
  if (const SymShape* q = c.input_shape(kQuery)) {
    if (q->size() != 3) c.fail(cat("query has shape ", to_string(*q), ", wanted rank 3"));
    y = SymShape{(*q)[0], (*q)[1], Dim()};
    if (!c.has_input(kKey)) (*y)[2] = floor_div((*q)[2], 3);
    const SymShape* v = c.has_input(kValue) ? c.input_shape(kValue) : nullptr;
    if (v != nullptr && v->size() == 4) (*y)[2] = (*v)[1] * (*v)[3];
    if (v != nullptr && v->size() == 3) (*y)[2] = (*v)[2];
  }
  c.set_output(0, c.input_dtype(kQuery), y);
  for (std::size_t i = 1; i < c.output_count() && i < 3; ++i) {
    SymShape state = {y ? (*y)[0] : Dim(), heads, key_count(c), Dim()};
    c.set_output(i, c.input_dtype(kQuery), state);
  }
  if (c.output_count() > 3) c.set_output(3, c.input_dtype(kQuery), SymShape(4));
}

struct Parts {
  ops::Heads q, k, v;
  bool cross = false;
};

/// Part `which` of a bias for q, k and v of those widths; null without one.
const double* bias_at(const std::vector<double>& bias, std::int64_t start) {
  return bias.empty() ? nullptr : bias.data() + start;
}

/// The one new token of every sequence. A bias is for what is projected here: of keys and values of
/// another sequence it is part already.
Parts read_parts(const OpCall& call) {
  const Tensor& q = call.input(kQuery);
  ops::want_rank(call, q, 3, "query");
  if (q.dim(1) != 1) call.fail(cat("query has shape ", to_string(q.shape()), ", wanted one token"));
  if (call.has_input(kKey) != call.has_input(kValue)) call.fail("key and value belong together");
  const bool packed = !call.has_input(kKey);
  if (packed && q.dim(2) % 3 != 0) call.fail(cat(q.dim(2), " values for q, k and v"));
  const std::int64_t wide = packed ? q.dim(2) / 3 : q.dim(2);
  const std::int64_t heads = ops::head_count(call, wide);
  Parts p;
  p.cross = !packed && call.input(kKey).rank() == 4;
  std::int64_t value_wide = wide;
  if (!packed) {
    const Tensor& v = call.input(kValue);
    ops::want_rank(call, v, call.input(kKey).rank(), "value");
    if (!p.cross) ops::want_shape(call, call.input(kKey), q.shape(), "key");
    if (!p.cross) ops::want_rank(call, v, 3, "value");
    value_wide = p.cross ? v.dim(1) * v.dim(3) : v.dim(2);
  }
  std::vector<double> bias;
  if (call.has_input(kBias)) {
    ops::want_shape(call, call.input(kBias), {2 * wide + value_wide}, "bias");
    bias = call.input(kBias).to_doubles();
  }
  if (packed) {
    const std::vector<double> all = q.to_doubles();
    const auto part = [&](std::int64_t which) {
      return ops::split_heads({{}, q.dim(0), heads, 1, wide / heads}, all,
                              {3 * wide, which * wide, wide / heads}, bias_at(bias, which * wide));
    };
    p.q = part(0);
    p.k = part(1);
    p.v = part(2);
    return p;
  }
  p.q = ops::heads_from(call, q, heads, bias_at(bias, 0));
  p.k = ops::heads_from(call, call.input(kKey), heads, bias_at(bias, wide));
  p.v = ops::heads_from(call, call.input(kValue), heads, bias_at(bias, 2 * wide));
  return p;
}

/// Tokens of the past that are in use, of `room`.
std::int64_t past_length(const OpCall& call, std::int64_t room) {
  if (call.attr_int("past_present_share_buffer") == 0) return room;
  const std::vector<std::int64_t> given = call.input(kPastLength).to_ints();
  if (given.size() != 1 || given[0] < 0 || given[0] >= room) {
    call.fail(cat("past_sequence_length is not within a buffer for ", room));
  }
  return given[0];
}

/// Which sequence of the batch the token `t` of sequence b comes from.
class Beams {
 public:
  explicit Beams(const OpCall& call, std::int64_t batch) {
    if (!call.has_input(kIndirection)) return;
    const std::vector<std::int64_t> width = call.has_input(kBeamWidth)
                                                ? call.input(kBeamWidth).to_ints()
                                                : std::vector<std::int64_t>{1};
    if (width.size() != 1 || width[0] < 1 || batch % width[0] != 0) {
      call.fail(cat("beam_width does not divide a batch of ", batch));
    }
    width_ = width[0];
    const Tensor& t = call.input(kIndirection);
    ops::want_rank(call, t, 3, "cache_indirection");
    tokens_ = t.dim(2);
    ops::want_shape(call, t, {batch / width_, width_, tokens_}, "cache_indirection");
    from_ = t.to_ints();
    for (const std::int64_t beam : from_) {
      if (beam < 0 || beam >= width_) call.fail(cat("beam ", beam, " of ", width_));
    }
  }
  [[nodiscard]] std::int64_t source(std::int64_t b, std::int64_t t) const {
    if (from_.empty() || t >= tokens_) return b;
    return b / width_ * width_ + from_[static_cast<std::size_t>(b * tokens_ + t)];
  }

 private:
  std::int64_t width_ = 1, tokens_ = 0;
  std::vector<std::int64_t> from_;
};

/// Keys (or values) of the past and the new one behind them: as the next step gets them, and as
/// this one sees them.
struct State {
  ops::Heads present, seen;
};

State appended(const OpCall& call, std::size_t past_input, const ops::Heads& now,
               const Beams& beams) {
  ops::Heads past{{}, now.batch, now.heads, 0, now.size};
  if (call.has_input(past_input)) past = ops::heads_of(call, call.input(past_input));
  const std::int64_t used = past_length(call, past.length);
  State s;
  s.present = ops::join_heads(call, past, now);
  s.seen = {{}, now.batch, now.heads, checked_add(used, std::int64_t{1}), now.size};
  if (now.values.empty()) return s;
  if (call.attr_int("past_present_share_buffer") != 0) {
    s.present = past;  // the buffer has room: the new token takes its place in it
    for (std::int64_t i = 0; i < now.batch * now.heads; ++i) {
      std::copy_n(now.values.data() + i * now.size, now.size,
                  s.present.values.data() + (i * past.length + used) * now.size);
    }
  }
  for (std::int64_t b = 0; b < now.batch; ++b) {
    for (std::int64_t n = 0; n < now.heads; ++n) {
      for (std::int64_t t = 0; t <= used; ++t) {
        const double* from = t < used ? past.at(beams.source(b, t), n, t) : now.at(b, n, 0);
        s.seen.values.insert(s.seen.values.end(), from, from + now.size);
      }
    }
  }
  return s;
}

void reference(OpCall& call) {
  if (call.has_input(kPastKey) != call.has_input(kPastValue)) {
    call.fail("past_key and past_value belong together");
  }
  const DType type = call.input(kQuery).type();
  Parts p = read_parts(call);
  State k;
  State v;
  if (p.cross) {
    k = {p.k, p.k};
    v = {p.v, p.v};
  } else {
    const Beams beams(call, p.q.batch);
    k = appended(call, kPastKey, p.k, beams);
    v = appended(call, kPastValue, p.v, beams);
  }
  const ops::ScoreBias bias =
      ops::score_bias(call, {.mask = kMask, .attention_bias = kAttentionBias}, p.q, k.seen);
  const ops::Attended made = ops::attend(call, p.q, k.seen, v.seen, bias);
  call.set_output(0, ops::from_doubles(made.y, {p.q.batch, 1, p.q.heads * v.seen.size}, type));
  if (call.wants_output(1)) {
    call.set_output(1, ops::from_doubles(k.present.values, k.present.shape(), type));
  }
  if (call.wants_output(2)) {
    call.set_output(2, ops::from_doubles(v.present.values, v.present.shape(), type));
  }
  if (call.wants_output(3)) {
    const Shape shape = {p.q.batch, p.q.heads, 1, k.seen.length};
    call.set_output(3, ops::from_doubles(made.p, shape, type));
  }
}

Cost cost(const ShapeContext& c) {
  const double count = ops::value_count(c.input(kQuery));
  return ops::attention_cost(c, c.has_input(kKey) ? count : count / 3, key_count(c));
}

}  // namespace

/// softmax(scale q k' + masks) v per head for one new token of every sequence, over the keys of the
/// past and its own, or over those of another sequence. With past_present_share_buffer the past is
/// a buffer with room, past_sequence_length of it used; with cache_indirection token t of a beam is
/// that of the beam it names. Shapes: query [B, 1, N H], key [B, 1, N H] and value [B, 1, N Hv], or
/// query [B, 1, 3 N H] with all three, or key [B, N, T, H] and value [B, N, T, Hv] of another
/// sequence; mask_index [B, T] (0 hides); attention_bias [B or 1, N or 1, 1, T]; past_key and
/// past_value [B, N, P, ..], T = P + 1; cache_indirection [B / beams, beams, places]; bias
/// [N H + N H + N Hv] -> output [B, 1, N Hv], present_key and present_value, qk [B, N, 1, T], the
/// weights. Errors: Fault::corrupt for sizes, lengths and beams that do not fit. Source: ONNX
/// Runtime, ContribOperators.md, DecoderMaskedMultiHeadAttention.
OpDefs op_decoder_masked_multi_head_attention() {
  OpDef def("com.microsoft", "DecoderMaskedMultiHeadAttention", 1);
  def.input("query", kReal)
      .optional_input("key", kReal)
      .optional_input("value", kReal)
      .optional_input("mask_index", {ElementKind::i32}, "M")
      .optional_input("attention_bias", kReal)
      .optional_input("past_key", kReal)
      .optional_input("past_value", kReal)
      .optional_input("past_sequence_length", {ElementKind::i32}, "M")
      .optional_input("beam_width", {ElementKind::i32}, "M")
      .optional_input("cache_indirection", {ElementKind::i32}, "M")
      .optional_input("bias", kReal)
      .output("output", kReal)
      .optional_output("present_key", kReal)
      .optional_output("present_value", kReal)
      .optional_output("qk", kReal, "QK")
      .attribute("output_qk", std::int64_t{0}, "1: qk is wanted")
      .attribute("past_present_share_buffer", std::int64_t{0}, "1: the past is a buffer with room");
  return ops::attention_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
