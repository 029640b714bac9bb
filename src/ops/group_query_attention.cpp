#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.hpp"
#include "ops/_attention.hpp"
#include "ops/_rotary.hpp"
#include "ops/_softmax.hpp"

namespace pare {
namespace {

enum Input : std::size_t {
  kQuery,
  kKey,
  kValue,
  kPastKey,
  kPastValue,
  kLastKeys,
  kTotal,
  kCosines,
  kSines,
  kPositions,
  kAttentionBias,
  kSink,
  kKeyScale,
  kValueScale,
  kQueryNorm,
  kKeyNorm
};

/// Attribute qk_output.
enum Shown : std::int64_t { kNothing, kScores, kWeights };

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};
constexpr TypeSet kCache = kReal | TypeSet{ElementKind::u8, ElementKind::i8, ElementKind::f8e4m3fn};

struct HeadCounts {
  std::int64_t q = 1, kv = 1;
};

HeadCounts head_counts(const AttributeReader& a) {
  const HeadCounts n = {a.attr_int("num_heads"), a.attr_int("kv_num_heads")};
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (n.kv < 1 || n.q < 1 || n.q > kMost || n.q % n.kv != 0) {
    a.fail(cat(n.q, " heads share ", n.kv));
  }
  return n;
}

/// Size of a head, from the width of a query or of all three side by side.
Dim head_size(const ShapeContext& c, const Dim& width) {
  const HeadCounts n = head_counts(c);
  return floor_div(width, c.has_input(kKey) ? n.q : n.q + 2 * n.kv);
}

/// Length of the keys: at least that of the past's buffer.
Dim buffer_length(const ShapeContext& c) {
  const auto total = c.input_elements(kTotal);
  if (!total || total->size() != 1) return {};
  if (!c.has_input(kPastKey)) return (*total)[0];
  const SymShape* past = c.input_shape(kPastKey);
  if (past == nullptr || past->size() != 4) return {};
  const Dim& before = (*past)[2];
  if (!before.is_number() || !(*total)[0].is_number()) return {};
  return std::max(before.number(), (*total)[0].number());
}

void infer(ShapeContext& c) {
  const HeadCounts n = head_counts(c);
  SymShape y(3);
  SymShape state = {Dim(), n.kv, buffer_length(c), Dim()};
  if (const SymShape* q = c.input_shape(kQuery)) {
    if (q->size() != 3) c.fail(cat("query has shape ", to_string(*q), ", wanted rank 3"));
    const Dim size = head_size(c, (*q)[2]);
    y = {(*q)[0], (*q)[1], size * n.q};
    state[0] = (*q)[0];
    state[3] = size;
  }
  c.set_output(0, c.input_dtype(kQuery), y);
  for (std::size_t i = 1; i < c.output_count() && i < 3; ++i) {
    c.set_output(i, c.has_input(kPastKey) ? c.input_dtype(kPastKey) : c.input_dtype(kQuery), state);
  }
  if (c.output_count() > 3) {
    const auto total = c.input_elements(kTotal);
    const Dim keys = total && total->size() == 1 ? (*total)[0] : Dim();
    c.set_output(3, c.input_dtype(kQuery), SymShape{y[0], n.q, y[1], keys});
  }
}

void refuse_what_is_not_there(const OpCall& call) {
  const auto refuse = [&](const char* what) {
    throw Error(Fault::unsupported, cat(call.node().label(), ": ", what));
  };
  if (call.attr_string("k_quant_type") != "NONE" || call.attr_string("v_quant_type") != "NONE" ||
      call.has_input(kKeyScale) || call.has_input(kValueScale)) {
    refuse("a quantized cache");
  }
  if (call.attr_int("sliding_window_cache") != 0) refuse("a cache that drops keys");
}

/// New queries, keys and values, and where they stand in every batch.
struct Step {
  ops::Heads q, k, v;
  std::int64_t total = 0;            ///< most keys of a batch
  std::int64_t cached = 0;           ///< length of the past's buffer
  bool prompt = false;               ///< there are no other keys than the new ones
  std::vector<std::int64_t> before;  ///< keys in front of the new ones
  std::vector<std::int64_t> keys;    ///< keys that may be seen
};

void read_heads(const OpCall& call, Step& s) {
  const HeadCounts n = head_counts(call);
  const Tensor& q = call.input(kQuery);
  ops::want_rank(call, q, 3, "query");
  if (call.has_input(kKey) != call.has_input(kValue)) call.fail("key and value belong together");
  if (!call.has_input(kKey)) {
    const std::int64_t all = n.q + 2 * n.kv;
    if (q.dim(2) % all != 0) call.fail(cat(all, " heads in ", q.dim(2), " values"));
    const std::int64_t size = q.dim(2) / all;
    const std::vector<double> x = q.to_doubles();
    const auto part = [&](std::int64_t heads, std::int64_t first) {
      return ops::split_heads({{}, q.dim(0), heads, q.dim(1), size}, x,
                              {q.dim(2), first * size, size});
    };
    s.q = part(n.q, 0);
    s.k = part(n.kv, n.q);
    s.v = part(n.kv, n.q + n.kv);
  } else {
    ops::want_rank(call, call.input(kKey), 3, "key");
    ops::want_rank(call, call.input(kValue), 3, "value");
    s.q = ops::heads_from(call, q, n.q);
    s.k = ops::heads_from(call, call.input(kKey), n.kv);
    s.v = ops::heads_from(call, call.input(kValue), n.kv);
  }
  if (s.k.shape() != s.v.shape() || s.k.batch != s.q.batch || s.k.length != s.q.length ||
      s.k.size != s.q.size || s.q.size < 1) {
    call.fail(cat("queries ", to_string(s.q.shape()), ", keys ", to_string(s.k.shape()),
                  " and values ", to_string(s.v.shape()), " do not fit"));
  }
}

void read_places(const OpCall& call, Step& s) {
  if (call.has_input(kPastKey) != call.has_input(kPastValue)) {
    call.fail("past_key and past_value belong together");
  }
  if (call.has_input(kPastKey)) {
    const Tensor& past = call.input(kPastKey);
    ops::want_rank(call, past, 4, "past_key");
    s.cached = past.dim(2);
    ops::want_shape(call, past, {s.k.batch, s.k.heads, s.cached, s.k.size}, "past_key");
    ops::want_shape(call, call.input(kPastValue), past.shape(), "past_value");
  }
  const std::vector<std::int64_t> total = call.input(kTotal).to_ints();
  if (total.size() != 1 || total[0] < s.q.length || total[0] > checked_add(s.cached, s.q.length)) {
    call.fail(cat("total_sequence_length has ", total.size(), " values, with ", s.cached,
                  " keys before ", s.q.length));
  }
  s.total = total[0];
  s.prompt = s.total == s.q.length;
  s.keys = call.input(kLastKeys).to_ints();
  if (static_cast<std::int64_t>(s.keys.size()) != s.q.batch) {
    call.fail(cat(s.keys.size(), " values of seqlens_k for ", s.q.batch, " batches"));
  }
  for (std::int64_t& n : s.keys) {
    ++n;  // it says the last key
    const std::int64_t before = s.prompt ? 0 : n - s.q.length;
    if (n < 0 || n > s.total || before < 0 || before > s.cached) {
      call.fail(
          cat("seqlens_k is ", n - 1, " with ", s.total, " keys and ", s.q.length, " queries"));
    }
    s.before.push_back(before);
  }
}

/// Every head divided by its root mean square, times the weight.
void normalize(const OpCall& call, std::size_t weight, ops::Heads& h) {
  ops::want_shape(call, call.input(weight), {h.size}, "a weight of the norm");
  const std::vector<double> w = call.input(weight).to_doubles();
  const auto epsilon = static_cast<double>(call.attr_float("qk_norm_epsilon"));
  for (std::size_t at = 0; at < h.values.size(); at += w.size()) {
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) sum += h.values[at + i] * h.values[at + i];
    const double root = std::sqrt(sum / static_cast<double>(w.size()) + epsilon);
    for (std::size_t i = 0; i < w.size(); ++i) h.values[at + i] *= w[i] / root;
  }
}

/// Place of every new token, [batch, length], for the rotary embedding.
std::vector<std::int64_t> positions(const OpCall& call, const Step& s) {
  const bool given = call.has_input(kPositions);
  std::vector<std::int64_t> ids;
  if (given) ids = call.input(kPositions).to_ints();
  if (given && !(s.prompt && !ids.empty())) {
    ops::want_shape(call, call.input(kPositions), {s.q.batch, s.q.length}, "position_ids");
    return ids;
  }
  std::vector<std::int64_t> places;
  for (const std::int64_t before : s.before) {
    for (std::int64_t t = 0; t < s.q.length; ++t) {
      // A prompt starts where the first position says, in every batch.
      places.push_back(given ? std::min(ids[0], std::numeric_limits<std::int64_t>::max() / 2) + t
                             : before + t);
    }
  }
  return places;
}

void rotate(const OpCall& call, const ops::RotaryCaches& caches,
            const std::vector<std::int64_t>& places, ops::Heads& h) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(h.values.size()) / h.size; ++i) {
    const std::int64_t token = i / (h.heads * h.length) * h.length + i % h.length;
    const std::int64_t place = places[static_cast<std::size_t>(token)];
    if (place < 0 || place >= caches.rows) {
      call.fail(cat("position ", place, " with caches for ", caches.rows));
    }
    ops::rotate_head(h.values.data() + i * h.size, caches, place);
  }
}

void prepare_heads(const OpCall& call, Step& s) {
  if (call.has_input(kQueryNorm) != call.has_input(kKeyNorm)) {
    call.fail("q_norm_weight and k_norm_weight belong together");
  }
  if (call.has_input(kQueryNorm)) {
    normalize(call, kQueryNorm, s.q);
    normalize(call, kKeyNorm, s.k);
  }
  if (call.attr_int("do_rotary") == 0) return;
  const ops::RotaryCaches caches =
      ops::rotary_caches(call, kCosines, kSines, call.attr_int("rotary_interleaved") != 0);
  ops::want_rank(call, call.input(kCosines), 2, "cos_cache");
  if (2 * caches.half > s.q.size) {
    call.fail(cat("caches of ", caches.half, " for heads of ", s.q.size));
  }
  const std::vector<std::int64_t> places = positions(call, s);
  rotate(call, caches, places, s.q);
  rotate(call, caches, places, s.k);
}

/// The past's keys (or values) with the new ones at their places; zeros behind them.
ops::Heads joined(const OpCall& call, const Step& s, std::size_t past, const ops::Heads& now) {
  ops::Heads all{{}, now.batch, now.heads, std::max(s.cached, s.total), now.size};
  all.values.resize(static_cast<std::size_t>(element_count(all.shape())));
  if (all.values.empty()) return all;
  ops::Heads old;
  if (call.has_input(past)) old = ops::heads_of(call, call.input(past));
  for (std::int64_t b = 0; b < all.batch; ++b) {
    const std::int64_t before = s.before[static_cast<std::size_t>(b)];
    for (std::int64_t n = 0; n < all.heads; ++n) {
      double* to = all.values.data() + (b * all.heads + n) * all.length * all.size;
      if (before > 0) std::copy_n(old.at(b, n, 0), before * all.size, to);
      std::copy_n(now.at(b, n, 0), now.length * now.size, to + before * all.size);
    }
  }
  return all;
}

/// The first keys of a buffer, without what is only room.
ops::Heads first_keys(const ops::Heads& h, std::int64_t length) {
  if (h.length == length) return h;
  ops::Heads out{{}, h.batch, h.heads, length, h.size};
  for (std::int64_t i = 0; i < h.batch * h.heads; ++i) {
    const double* from = h.values.data() + i * h.length * h.size;
    out.values.insert(out.values.end(), from, from + length * h.size);
  }
  return out;
}

/// Which keys a query sees, and attention_bias.
ops::ScoreBias score_bias(const OpCall& call, const Step& s) {
  const std::int64_t window = call.attr_int("local_window_size");
  const bool causal = call.attr_int("causal") != 0;
  if (window < -1 || (window >= 0 && !causal)) {
    call.fail(cat("local_window_size is ", window, causal ? "" : " without causal"));
  }
  std::vector<double> add;
  Shape shape = {1, 1, 1, 1};
  if (call.has_input(kAttentionBias)) {
    shape = call.input(kAttentionBias).shape();
    const bool fits = shape.size() == 4 && (shape[0] == 1 || shape[0] == s.q.batch) &&
                      (shape[1] == 1 || shape[1] == s.q.heads) && shape[2] == s.q.length &&
                      shape[3] == s.total;
    if (!fits) call.fail(cat("attention_bias has shape ", to_string(shape)));
    add = call.input(kAttentionBias).to_doubles();
  }
  return [=, before = s.before, keys = s.keys](std::int64_t b, std::int64_t n, std::int64_t q,
                                               std::int64_t t) {
    const std::int64_t place = before[static_cast<std::size_t>(b)] + q;
    if (t >= keys[static_cast<std::size_t>(b)] || (causal && t > place)) return -kInfinity;
    if (window > 0 && place - t >= window) return -kInfinity;
    if (add.empty()) return 0.0;
    const std::int64_t plane = (b % shape[0]) * shape[1] + n % shape[1];
    return add[static_cast<std::size_t>((plane * shape[2] + q) * shape[3] + t)];
  };
}

/// Softmax of every row, where a score of its head's own takes part for nothing.
void softmax_with_sinks(const OpCall& call, const Step& s, std::vector<double>& p) {
  if (p.empty()) return;
  std::vector<double> sinks;
  if (call.attr_int("smooth_softmax") != 0) sinks.assign(static_cast<std::size_t>(s.q.heads), 0);
  if (call.has_input(kSink)) {
    ops::want_shape(call, call.input(kSink), {s.q.heads}, "head_sink");
    sinks = call.input(kSink).to_doubles();
  }
  if (sinks.empty()) return ops::softmax_of_scores(p, s.total);
  std::vector<double> row(static_cast<std::size_t>(s.total) + 1);
  for (std::size_t i = 0; i < p.size(); i += row.size() - 1) {
    const auto first = p.begin() + static_cast<std::ptrdiff_t>(i);
    std::copy_n(first, s.total, row.begin());
    row.back() = sinks[i / (row.size() - 1) / static_cast<std::size_t>(s.q.length) % sinks.size()];
    ops::softmax_of_scores(row, s.total + 1);
    std::copy_n(row.begin(), s.total, first);
  }
}

/// Output 3, when attribute qk_output names this stage; 0 for keys out of sight.
void show_scores(OpCall& call, const Step& s, std::vector<double> p, Shown stage) {
  if (call.attr_int("qk_output") != stage || !call.wants_output(3)) return;
  std::replace(p.begin(), p.end(), -kInfinity, 0.0);
  const Shape shape = {s.q.batch, s.q.heads, s.q.length, s.total};
  call.set_output(3, ops::from_doubles(p, shape, call.input(kQuery).type()));
}

void reference(OpCall& call) {
  refuse_what_is_not_there(call);
  const DType type = call.input(kQuery).type();
  const std::int64_t shown = call.attr_int("qk_output");
  if (shown < kNothing || shown > kWeights || (shown == kNothing && call.wants_output(3))) {
    call.fail(cat("qk_output is ", shown, call.wants_output(3) ? ", with" : ", without",
                  " an output of scores"));
  }
  Step s;
  read_heads(call, s);
  read_places(call, s);
  prepare_heads(call, s);
  const ops::Heads k = joined(call, s, kPastKey, s.k);
  const ops::Heads v = joined(call, s, kPastValue, s.v);
  std::vector<double> p =
      ops::attention_scores(call, s.q, first_keys(k, s.total), ops::score_scale(call, s.q.size));
  ops::cap_scores(call, p, static_cast<double>(call.attr_float("softcap")));
  ops::add_score_bias(p, s.q, s.total, score_bias(call, s));
  show_scores(call, s, p, kScores);
  softmax_with_sinks(call, s, p);
  show_scores(call, s, p, kWeights);
  const ops::Heads y = ops::weighted_values(call, p, first_keys(v, s.total), s.q.heads, s.q.length);
  const Shape shape = {y.batch, y.length, y.heads * y.size};
  call.set_output(0, ops::from_doubles(ops::merge_heads(y), shape, type));
  if (call.wants_output(1)) call.set_output(1, ops::from_doubles(k.values, k.shape(), type));
  if (call.wants_output(2)) call.set_output(2, ops::from_doubles(v.values, v.shape(), type));
}

Cost cost(const ShapeContext& c) {
  const auto total = c.input_elements(kTotal);
  return ops::attention_cost(c, ops::value_count(c.output(0).type),
                             total && total->size() == 1 ? (*total)[0] : Dim());
}

OpDef& define_inputs(OpDef& def) {
  return def.input("query", kReal)
      .optional_input("key", kReal)
      .optional_input("value", kReal)
      .optional_input("past_key", kCache, "T_CACHE")
      .optional_input("past_value", kCache, "T_CACHE")
      .input("seqlens_k", {ElementKind::i32}, "M")
      .input("total_sequence_length", {ElementKind::i32}, "M")
      .optional_input("cos_cache", kReal)
      .optional_input("sin_cache", kReal)
      .optional_input("position_ids", {ElementKind::i64}, "I")
      .optional_input("attention_bias", kReal)
      .optional_input("head_sink", kReal)
      .optional_input("k_scale", {ElementKind::f32}, "T_KV_SCALE")
      .optional_input("v_scale", {ElementKind::f32}, "T_KV_SCALE")
      .optional_input("q_norm_weight", kReal)
      .optional_input("k_norm_weight", kReal)
      .output("output", kReal)
      .optional_output("present_key", kCache, "T_CACHE")
      .optional_output("present_value", kCache, "T_CACHE")
      .optional_output("output_qk", kReal);
}

}  // namespace

/// softmax(cap tanh(scale q k' / cap) + attention_bias) v per head, N heads of q sharing M of k and
/// v, over the keys of the past and the new ones. A query sees the keys up to its own place (unless
/// causal is 0), the last local_window_size of them, and none behind seqlens_k, the last key of its
/// batch. Before that q and k are divided by their root mean square and times q_norm_weight and
/// k_norm_weight, and turned by the angles of their places (do_rotary). head_sink, and 0 with
/// smooth_softmax, is a score that takes part in the softmax for nothing. Shapes: query [B, S, N
/// H], key and value [B, S, M H], or query [B, S, (N + 2 M) H] with all three; past_key and
/// past_value [B, M, P, H], P at least what is used; seqlens_k [B]; total_sequence_length [], T,
/// with T = S when there is no past; caches [places, R / 2]; position_ids [B, S] (of a prompt only
/// the first counts); attention_bias [B or 1, N or 1, S, T]; head_sink [N] -> output [B, S, N H],
/// present_key and present_value [B, M, max(P, T), H], output_qk [B, N, S, T]. Errors:
/// Fault::corrupt for sizes and places that do not fit, Fault::unsupported for quantized and
/// windowed caches and for scores as an output. Source: ONNX Runtime, ContribOperators.md,
/// GroupQueryAttention.
OpDefs op_group_query_attention() {
  OpDef def("com.microsoft", "GroupQueryAttention", 1);
  return define_inputs(def)
      .attribute("causal", std::int64_t{1}, "1: later keys are not seen")
      .attribute("do_rotary", std::int64_t{0}, "1: q and k are turned")
      .attribute("k_quant_type", std::string("NONE"), "must be NONE")
      .optional_attribute("kv_cache_bit_width", AttributeKind::integer, "of a quantized cache")
      .required_attribute("kv_num_heads", AttributeKind::integer, "heads of keys and values")
      .attribute("local_window_size", std::int64_t{-1}, "keys a query sees; -1 all")
      .required_attribute("num_heads", AttributeKind::integer, "heads of queries")
      .attribute("qk_norm_epsilon", 1e-6F, "added to the mean square of a head")
      .attribute("qk_output", std::int64_t{0}, "output_qk: 1 scores, 2 weights; 0 there is none")
      .attribute("rotary_interleaved", std::int64_t{0}, "pairs lie side by side")
      .optional_attribute("scale", AttributeKind::real, "of the scores; 1 / sqrt(size of a head)")
      .attribute("sliding_window_cache", std::int64_t{0}, "must be 0")
      .attribute("smooth_softmax", std::int64_t{0}, "1: as a head_sink of zeros")
      .attribute("softcap", 0.0F, "bound of the scores; 0 none")
      .attribute("v_quant_type", std::string("NONE"), "must be NONE")
      .define(infer, reference, cost);
}

}  // namespace pare
