#include <limits>

#include "ops/_attention.hpp"
#include "ops/_broadcast.hpp"
#include "ops/_cast.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kQ, kK, kV, kMask, kPastKey, kPastValue, kValidKeys };
enum Output : std::size_t { kY, kPresentKey, kPresentValue, kScores };
/// What the output of scores holds.
enum Stage : std::int64_t { kProduct, kCapped, kBiased, kWeights };

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Sizes [batch, heads, length, size] of q, k or v as far as they are known.
std::optional<SymShape> head_sizes(const ShapeContext& c, std::size_t input, const char* heads) {
  const SymShape* s = c.input_shape(input);
  if (s == nullptr) return std::nullopt;
  if (s->size() == 4) return *s;
  if (s->size() != 3) c.fail(cat("input ", input, " has shape ", to_string(*s)));
  const std::int64_t count = c.attr_int(heads);
  if (count < 1) c.fail(cat(heads, " is ", count));
  if ((*s)[2].is_number() && (*s)[2].number() % count != 0) {
    c.fail(cat(count, " heads in ", (*s)[2].text(), " values"));
  }
  return SymShape{(*s)[0], count, (*s)[1], floor_div((*s)[2], count)};
}

Dim all_keys(const ShapeContext& c) {
  const auto k = head_sizes(c, kK, "kv_num_heads");
  if (!k) return {};
  if (!c.has_input(kPastKey)) return (*k)[2];
  const SymShape* past = c.input_shape(kPastKey);
  return past != nullptr && past->size() == 4 ? (*past)[2] + (*k)[2] : Dim();
}

void infer(ShapeContext& c) {
  const auto q = head_sizes(c, kQ, "q_num_heads");
  const auto k = head_sizes(c, kK, "kv_num_heads");
  const auto v = head_sizes(c, kV, "kv_num_heads");
  if (q && k) {
    ops::want_equal(c, (*k)[0], (*q)[0], "the batch of keys");
    ops::want_equal(c, (*k)[3], (*q)[3], "the size of a key");
  }
  if (k && v) ops::want_equal(c, (*v)[2], (*k)[2], "the number of values");
  std::optional<SymShape> y;
  if (q) {
    const Dim size = v ? (*v)[3] : Dim();
    y = c.input_shape(kQ)->size() == 4 ? SymShape{(*q)[0], (*q)[1], (*q)[2], size}
                                       : SymShape{(*q)[0], (*q)[2], (*q)[1] * size};
  }
  c.set_output(kY, c.input_dtype(kQ), y);
  const Dim keys = all_keys(c);
  const auto present = [&](std::size_t output, std::size_t input,
                           const std::optional<SymShape>& now) {
    if (c.output_count() <= output) return;
    std::optional<SymShape> shape;
    if (now) shape = SymShape{(*now)[0], (*now)[1], keys, (*now)[3]};
    c.set_output(output, c.input_dtype(input), shape);
  };
  present(kPresentKey, kK, k);
  present(kPresentValue, kV, v);
  if (c.output_count() > kScores) {
    std::optional<SymShape> shape;
    if (q) shape = SymShape{(*q)[0], (*q)[1], (*q)[2], keys};
    c.set_output(kScores, c.input_dtype(kQ), shape);
  }
}

struct Parts {
  ops::Heads q, k, v;
};

ops::Heads given(const OpCall& call, std::size_t input, const char* heads) {
  const Tensor& t = call.input(input);
  const bool said = call.has_attr(heads);
  if (t.rank() == 4 && !said) return ops::heads_of(call, t);
  if (!said) call.fail(cat("no ", heads, " for shape ", to_string(t.shape())));
  return ops::heads_from(call, t, call.attr_int(heads));
}

Parts read_parts(const OpCall& call) {
  if (call.input(kQ).rank() != call.input(kK).rank() ||
      call.input(kQ).rank() != call.input(kV).rank()) {
    call.fail("Q, K and V are of different ranks");
  }
  if (call.has_input(kPastKey) != call.has_input(kPastValue)) {
    call.fail("past_key and past_value belong together");
  }
  Parts p = {given(call, kQ, "q_num_heads"), given(call, kK, "kv_num_heads"),
             given(call, kV, "kv_num_heads")};
  if (call.has_input(kPastKey)) {
    p.k = ops::join_heads(call, ops::heads_of(call, call.input(kPastKey)), p.k);
    p.v = ops::join_heads(call, ops::heads_of(call, call.input(kPastValue)), p.v);
  }
  if (p.v.batch != p.k.batch || p.v.heads != p.k.heads || p.v.length != p.k.length) {
    call.fail(cat("keys ", to_string(p.k.shape()), " and values ", to_string(p.v.shape()),
                  " do not fit"));
  }
  return p;
}

/// Everything that is added to a score: the mask, and -infinity for a key out of sight.
class Bias {
 public:
  Bias(const OpCall& call, const Parts& p)
      : heads_(p.q.heads), queries_(p.q.length), keys_(p.k.length) {
    causal_ = call.attr_int("is_causal") != 0;
    left_ = call.attr_int("left_window_size");
    right_ = call.attr_int("right_window_size");
    if (left_ < -1 || right_ < -1) call.fail(cat("a window of ", left_, " and ", right_));
    if (call.has_input(kPastKey)) past_ = call.input(kPastKey).dim(2);
    if (call.has_input(kValidKeys)) read_valid(call, p);
    if (call.has_input(kMask)) read_mask(call, p);
  }

  double operator()(std::int64_t b, std::int64_t n, std::int64_t s, std::int64_t t) const {
    const std::int64_t valid = valid_.empty() ? keys_ : valid_[static_cast<std::size_t>(b)];
    const std::int64_t first = valid_.empty() ? past_ : valid - queries_;
    const std::int64_t ahead = t - (first + s);
    const bool hidden = t >= valid || (causal_ && ahead > 0) || (left_ >= 0 && -ahead > left_) ||
                        (right_ >= 0 && ahead > right_);
    if (hidden) return -kInfinity;
    if (!masked_) return 0;
    if (t >= masked_keys_) return -kInfinity;
    const std::int64_t at = ((b * heads_ + n) * queries_ + s) * masked_keys_ + t;
    return mask_[static_cast<std::size_t>(offsets_[static_cast<std::size_t>(at)])];
  }

 private:
  void read_valid(const OpCall& call, const Parts& p) {
    if (call.has_input(kPastKey)) call.fail("nonpad_kv_seqlen together with past_key");
    ops::want_shape(call, call.input(kValidKeys), {p.q.batch}, "nonpad_kv_seqlen");
    valid_ = call.input(kValidKeys).to_ints();
    for (const std::int64_t n : valid_) {
      if (n < 0 || n > keys_) call.fail(cat("nonpad_kv_seqlen is ", n, " of ", keys_, " keys"));
    }
  }

  void read_mask(const OpCall& call, const Parts& p) {
    const Tensor& t = call.input(kMask);
    if (t.rank() < 1 || t.rank() > 4 || t.shape().back() > keys_) {
      call.fail(cat("attn_mask has shape ", to_string(t.shape()), " for ", keys_, " keys"));
    }
    masked_ = true;
    masked_keys_ = t.shape().back();  // those behind are hidden
    const Shape wanted = {p.q.batch, heads_, queries_, masked_keys_};
    if (broadcast_shapes(t.shape(), wanted) != wanted) {
      call.fail(cat("attn_mask has shape ", to_string(t.shape()), ", wanted ", to_string(wanted)));
    }
    offsets_ = ops::broadcast_offsets(t.shape(), wanted);
    mask_ = t.to_doubles();
    if (t.kind() != ElementKind::boolean) return;
    for (double& m : mask_) m = m != 0 ? 0 : -kInfinity;
  }

  std::int64_t heads_, queries_, keys_;
  std::int64_t left_ = -1, right_ = -1;
  bool causal_ = false;
  std::int64_t past_ = 0;            // keys in front of the first query
  std::vector<std::int64_t> valid_;  // keys of a batch, the last of them those of the queries
  bool masked_ = false;
  std::vector<double> mask_;
  std::vector<std::int64_t> offsets_;  // into mask_, [batch, heads, queries, masked_keys_]
  std::int64_t masked_keys_ = 0;
};

void reference(OpCall& call) {
  const Parts x = read_parts(call);
  const std::int64_t stage = call.attr_int("qk_matmul_output_mode");
  if (stage < kProduct || stage > kWeights) call.fail(cat("qk_matmul_output_mode is ", stage));
  const DType type = call.input(kQ).type();
  const Shape score_shape = {x.q.batch, x.q.heads, x.q.length, x.k.length};
  std::vector<double> p =
      ops::attention_scores(call, x.q, x.k, ops::score_scale(call, x.q.size, false));
  const auto keep = [&](Stage now) {
    if (now != stage || !call.wants_output(kScores)) return;
    call.set_output(kScores, ops::from_doubles(p, score_shape, type));
  };
  keep(kProduct);
  ops::cap_scores(call, p, static_cast<double>(call.attr_float("softcap")));
  keep(kCapped);
  ops::add_score_bias(p, x.q, x.k.length, Bias(call, x));
  keep(kBiased);
  const auto round = [&] {
    if (!call.has_attr("softmax_precision")) return;
    p = ops::from_doubles(p, score_shape, ops::float_attribute(call, "softmax_precision"))
            .to_doubles();
  };
  round();
  ops::softmax_of_scores(p, x.k.length);
  round();
  keep(kWeights);
  const ops::Heads y = ops::weighted_values(call, p, x.v, x.q.heads, x.q.length);
  if (call.input(kQ).rank() == 4) {
    call.set_output(kY, ops::from_doubles(y.values, y.shape(), type));
  } else {
    const Shape shape = {y.batch, y.length, y.heads * y.size};
    call.set_output(kY, ops::from_doubles(ops::merge_heads(y), shape, type));
  }
  if (call.wants_output(kPresentKey)) {
    call.set_output(kPresentKey, ops::from_doubles(x.k.values, x.k.shape(), type));
  }
  if (call.wants_output(kPresentValue)) {
    const DType value_type = call.input(kV).type();
    call.set_output(kPresentValue, ops::from_doubles(x.v.values, x.v.shape(), value_type));
  }
}

Cost cost(const ShapeContext& c) {
  return ops::attention_cost(c, ops::value_count(c.input(kQ)), all_keys(c));
}

}  // namespace

/// Y = softmax(cap tanh(scale Q K' / cap) + bias) V per head; heads of Q share those of K and V.
/// The bias is attn_mask (booleans: may be seen; numbers: added; keys behind its end are hidden),
/// and -infinity for keys behind nonpad_kv_seqlen, later than the query (is_causal), or further
/// from it than the windows reach. A query stands behind the past, or with nonpad_kv_seqlen at the
/// end of the valid keys. A query that sees nothing gives zeros. Shapes: Q [B, N, S, H], K and V
/// [B, M, L, H] and [B, M, L, Hv], or the heads side by side, [B, S, N H] and so on; past_key and
/// past_value [B, M, P, ..] in front, T = P + L; attn_mask broadcast to [B, N, S, T];
/// nonpad_kv_seqlen [B] -> Y [B, N, S, Hv] or [B, S, N Hv], present_key, present_value,
/// qk_matmul_output [B, N, S, T]. Errors: Fault::corrupt for sizes that do not fit. Source: ONNX
/// Attention, version 25.
OpDefs op_attention() {
  return OpDef("Attention", 25)
      .input("Q", types::kFloat, "T1")
      .input("K", types::kFloat, "T1")
      .input("V", types::kFloat, "T2")
      .optional_input("attn_mask", types::kNumeric | types::kBool, "U")
      .optional_input("past_key", types::kFloat, "T1")
      .optional_input("past_value", types::kFloat, "T2")
      .optional_input("nonpad_kv_seqlen", {ElementKind::i64}, "I")
      .output("Y", types::kFloat, "T1")
      .optional_output("present_key", types::kFloat, "T1")
      .optional_output("present_value", types::kFloat, "T2")
      .optional_output("qk_matmul_output", types::kFloat, "T1")
      .attribute("is_causal", std::int64_t{0}, "1: later keys are not seen")
      .optional_attribute("kv_num_heads", AttributeKind::integer, "of 3-dimensional K and V")
      .attribute("left_window_size", std::int64_t{-1}, "keys before the query; -1 all")
      .optional_attribute("q_num_heads", AttributeKind::integer, "of a 3-dimensional Q")
      .attribute("qk_matmul_output_mode", std::int64_t{0},
                 "0 products, 1 capped, 2 with the bias, 3 after the softmax")
      .attribute("right_window_size", std::int64_t{-1}, "keys behind the query; -1 all")
      .optional_attribute("scale", AttributeKind::real, "of the scores; 1 / sqrt(size of a head)")
      .attribute("softcap", 0.0F, "bound of the scores; 0 none")
      .optional_attribute("softmax_precision", AttributeKind::integer,
                          "TensorProto.DataType the softmax rounds to")
      .define(infer, reference, cost);
}

}  // namespace pare
