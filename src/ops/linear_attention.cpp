#include <algorithm>
#include <cmath>

#include "base/threads.hpp"
#include "ops/_attention.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kQuery, kKey, kValue, kPast, kDecay, kBeta };

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

struct Rule {
  bool gated = false;      ///< the state fades
  bool corrected = false;  ///< what the state says already is not written again
};

Rule rule_of(const AttributeReader& a) {
  const std::string name = a.attr_string("update_rule");
  if (name == "linear") return {};
  if (name == "gated") return {.gated = true};
  if (name == "delta") return {.corrected = true};
  if (name == "gated_delta") return {.gated = true, .corrected = true};
  a.fail(cat("update_rule '", name, "' is not one of linear, gated, delta, gated_delta"));
}

struct HeadCounts {
  std::int64_t q = 1, kv = 1;
};

/// In com.microsoft heads of keys may share those of queries too.
HeadCounts head_counts(const AttributeReader& a) {
  const HeadCounts n = {a.attr_int("q_num_heads"), a.attr_int("kv_num_heads")};
  const bool positive = n.kv > 0 && n.q > 0;
  const bool either_way = !a.def().domain.empty();
  if (!positive || (n.q % n.kv != 0 && !(either_way && n.kv % n.q == 0))) {
    a.fail(cat(n.q, " heads share ", n.kv));
  }
  return n;
}

void infer(ShapeContext& c) {
  (void)rule_of(c);
  const HeadCounts n = head_counts(c);
  const SymShape* q = c.input_shape(kQuery);
  const SymShape* v = c.input_shape(kValue);
  if (q != nullptr && q->size() != 3) c.fail(cat("query has shape ", to_string(*q)));
  if (v != nullptr && v->size() != 3) c.fail(cat("value has shape ", to_string(*v)));
  const Dim value_size = v != nullptr ? floor_div((*v)[2], n.kv) : Dim();
  SymShape y(3);
  SymShape state = {Dim(), n.kv, Dim(), value_size};
  if (q != nullptr) {
    y = {(*q)[0], (*q)[1], value_size * std::max(n.q, n.kv)};
    state[0] = (*q)[0];
    state[2] = floor_div((*q)[2], n.q);
  }
  c.set_output(0, c.input_dtype(kQuery), y);
  if (c.output_count() < 2) return;
  c.set_output(1, c.has_input(kPast) ? c.input_dtype(kPast) : c.input_dtype(kQuery), state);
}

/// Inputs as heads; gates have one value per head, or one per element of a key.
struct Parts {
  ops::Heads q, k, v, decay, beta, state;
};

/// A gate [B, T, heads * size], of the rules that have one. `all` heads may share one value.
ops::Heads gate(const OpCall& call, std::size_t input, bool wanted, std::int64_t heads) {
  if (call.has_input(input) != wanted) {
    call.fail(cat("input ", input, wanted ? " is missing" : " has no meaning", " with update_rule ",
                  call.attr_string("update_rule")));
  }
  if (!wanted) return {};
  ops::want_rank(call, call.input(input), 3, "a gate");
  return ops::heads_from(call, call.input(input), heads);
}

Parts read_parts(const OpCall& call, const Rule& rule) {
  const HeadCounts n = head_counts(call);
  for (const Input i : {kQuery, kKey, kValue}) {
    ops::want_rank(call, call.input(i), 3, cat("input ", static_cast<int>(i)));
  }
  Parts p;
  p.q = ops::heads_from(call, call.input(kQuery), n.q);
  p.k = ops::heads_from(call, call.input(kKey), n.kv);
  p.v = ops::heads_from(call, call.input(kValue), n.kv);
  p.decay = gate(call, kDecay, rule.gated, n.kv);
  const bool one = rule.corrected && call.has_input(kBeta) && call.input(kBeta).rank() == 3 &&
                   call.input(kBeta).dim(2) == 1;
  p.beta = gate(call, kBeta, rule.corrected, one ? 1 : n.kv);
  const auto fits = [&](const ops::Heads& h) {
    return h.batch == p.q.batch && h.length == p.q.length;
  };
  const bool all_fit =
      fits(p.k) && fits(p.v) && p.k.size == p.q.size && p.q.size > 0 &&
      (!rule.gated || (fits(p.decay) && (p.decay.size == 1 || p.decay.size == p.k.size))) &&
      (!rule.corrected || (fits(p.beta) && p.beta.size == 1));
  if (!all_fit) {
    call.fail(cat("queries ", to_string(p.q.shape()), ", keys ", to_string(p.k.shape()),
                  ", values ", to_string(p.v.shape()), " and their gates do not fit"));
  }
  p.state = {{}, p.q.batch, n.kv, p.k.size, p.v.size};
  if (call.has_input(kPast)) {
    ops::want_shape(call, call.input(kPast), p.state.shape(), "past_state");
    p.state.values = call.input(kPast).to_doubles();
  } else {
    p.state.values.resize(static_cast<std::size_t>(element_count(p.state.shape())));
  }
  return p;
}

/// One step of one head: the state [key size, value size] fades, takes up k v' and is read.
void update(double* state, const Parts& p, const Rule& rule, std::int64_t b, std::int64_t h,
            std::int64_t t) {
  const double* k = p.k.at(b, h, t);
  const std::int64_t rows = p.k.size;
  const std::int64_t columns = p.v.size;
  std::vector<double> v(p.v.at(b, h, t), p.v.at(b, h, t) + columns);
  for (std::int64_t i = 0; rule.gated && i < rows; ++i) {
    const double fade = std::exp(p.decay.at(b, h, t)[p.decay.size == 1 ? 0 : i]);
    for (std::int64_t j = 0; j < columns; ++j) state[i * columns + j] *= fade;
  }
  for (std::int64_t j = 0; rule.corrected && j < columns; ++j) {
    double known = 0;
    for (std::int64_t i = 0; i < rows; ++i) known += state[i * columns + j] * k[i];
    double& now = v[static_cast<std::size_t>(j)];
    now = *p.beta.at(b, p.beta.heads == 1 ? 0 : h, t) * (now - known);
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      state[i * columns + j] += k[i] * v[static_cast<std::size_t>(j)];
    }
  }
}

void reference(OpCall& call) {
  if (call.has_attr("state_window") && call.attr_int("state_window") != 0) {
    throw Error(Fault::unsupported, cat(call.node().label(), ": states of several tokens"));
  }
  const Rule rule = rule_of(call);
  Parts p = read_parts(call, rule);
  const double scale = ops::score_scale(call, p.q.size);
  const std::int64_t outputs = std::max(p.q.heads, p.k.heads);
  ops::Heads y{{}, p.q.batch, outputs, p.q.length, p.v.size};
  y.values.resize(static_cast<std::size_t>(element_count(y.shape())));
  const std::int64_t shared = outputs / p.k.heads;    // outputs of a state
  const std::int64_t of_query = outputs / p.q.heads;  // outputs of a query
  const std::int64_t state_size = p.k.size * p.v.size;
  const std::int64_t heads = p.state.values.empty() ? 0 : p.k.batch * p.k.heads;
  parallel_for(heads, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t head = from; head < to; ++head) {
      double* state = p.state.values.data() + head * state_size;
      const std::int64_t b = head / p.k.heads;
      const std::int64_t h = head % p.k.heads;
      for (std::int64_t t = 0; t < p.k.length; ++t) {
        update(state, p, rule, b, h, t);
        for (std::int64_t n = h * shared; n < (h + 1) * shared; ++n) {
          double* out = y.values.data() + ((b * y.heads + n) * y.length + t) * y.size;
          const double* q = p.q.at(b, n / of_query, t);
          for (std::int64_t i = 0; i < state_size; ++i) {
            out[i % y.size] += scale * q[i / y.size] * state[i];
          }
        }
      }
    }
  });
  const Shape shape = {y.batch, y.length, y.heads * y.size};
  call.set_output(0, ops::from_doubles(ops::merge_heads(y), shape, call.input(kQuery).type()));
  if (!call.wants_output(1)) return;
  const DType type = call.input(call.has_input(kPast) ? kPast : kQuery).type();
  call.set_output(1, ops::from_doubles(p.state.values, p.state.shape(), type));
}

Cost cost(const ShapeContext& c) {
  const SymShape* k = c.input_shape(kKey);
  if (k == nullptr || k->size() != 3 || !(*k)[2].is_number()) return {};
  const auto size = static_cast<double>((*k)[2].number() / head_counts(c).kv);
  const double written = ops::value_count(c.input(kValue)) * (rule_of(c).corrected ? 2 : 1);
  const double macs = size * (written + ops::value_count(c.output(0).type));
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

OpDef schema(const char* domain, int since) {
  return OpDef(domain, "LinearAttention", since)
      .input("query", kReal)
      .input("key", kReal)
      .input("value", kReal)
      .optional_input("past_state", kReal, "S")
      .optional_input("decay", kReal)
      .optional_input("beta", kReal)
      .output("output", kReal)
      .optional_output("present_state", kReal, "S")
      .attribute("chunk_size", std::int64_t{64}, "tokens at a time; says nothing here")
      .required_attribute("kv_num_heads", AttributeKind::integer, "heads of keys and values")
      .required_attribute("q_num_heads", AttributeKind::integer, "heads of queries")
      .attribute("scale", 0.0F, "of the queries; 0: 1 / sqrt(size of a key)")
      .attribute("update_rule", std::string("gated_delta"), "linear, gated, delta, gated_delta")
      .define(infer, reference, cost);
}

}  // namespace

/// Attention without a softmax, by a state S [key size, value size] per head of keys and values:
/// for each token S fades (S = exp(decay) S, row by row), takes up its key and value (S += k v'),
/// and is read by the queries that share it (y = scale q' S). With a delta rule v is
/// beta (v - S' k) there. Shapes: query [B, T, N K], key [B, T, M K], value [B, T, M V], past_state
/// [B, M, K, V] (zeros), decay [B, T, M] or [B, T, M K], beta [B, T, M] or [B, T, 1] -> output
/// [B, T, N V] (com.microsoft: [B, T, max(N, M) V], as M may be a multiple of N), present_state as
/// past_state. Errors: Fault::corrupt for sizes that do not fit, and gates that the rule lacks or
/// has not; Fault::unsupported for a state_window. Source: ONNX LinearAttention, version 27, and
/// ONNX Runtime, ContribOperators.md, LinearAttention.
OpDefs op_linear_attention() {
  return {schema("", 27),
          schema("com.microsoft", 1).attribute("state_window", std::int64_t{0}, "must be 0")};
}

}  // namespace pare
