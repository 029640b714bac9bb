#include "ops/_projected_attention.hpp"

#include <algorithm>

namespace pare::ops {
namespace {

/// Key (part 0) or value (part 1) of a past [2, B, N, P, H].
Heads past_part(const OpCall& call, std::size_t input, std::int64_t part) {
  const Tensor& t = call.input(input);
  want_rank(call, t, 5, "past");
  if (t.dim(0) != 2) call.fail(cat("past has shape ", to_string(t.shape()), ", wanted 2 in front"));
  const std::vector<double> all = t.to_doubles();
  const auto half = static_cast<std::ptrdiff_t>(all.size() / 2);
  Heads h{{}, t.dim(1), t.dim(2), t.dim(3), t.dim(4)};
  h.values.assign(all.begin() + part * half, all.begin() + (part + 1) * half);
  return h;
}

void refuse_what_is_not_there(const OpCall& call) {
  const bool shared = call.attr_int("past_present_share_buffer") != 0;
  if (shared || call.attr_int("do_rotary") != 0) {
    throw Error(Fault::unsupported, cat(call.node().label(), ": ",
                                        shared ? "a state that shares a buffer with the past"
                                               : "rotary embedding inside"));
  }
}

/// Length of the keys: those of the past and those of input 0 [B, S, D].
Dim key_count(const ShapeContext& c, std::size_t past) {
  const SymShape* x = c.input_shape(0);
  if (x == nullptr || x->size() != 3) return {};
  if (!c.has_input(past)) return (*x)[1];
  const SymShape* p = c.input_shape(past);
  return p != nullptr && p->size() == 5 ? (*p)[3] + (*x)[1] : Dim();
}

}  // namespace

void attend_projected(OpCall& call, const Projected& p, DType type) {
  refuse_what_is_not_there(call);
  const auto part = [&](std::size_t which, std::int64_t start) {
    const std::int64_t heads = head_count(call, p.widths[which]);
    const std::int64_t size = p.widths[which] / heads;
    const std::int64_t row = p.widths[0] + p.widths[1] + p.widths[2];
    return split_heads({{}, p.batch, heads, p.length, size}, p.values, {row, start, size});
  };
  const Heads q = part(0, 0);
  Heads k = part(1, p.widths[0]);
  Heads v = part(2, p.widths[0] + p.widths[1]);
  if (call.has_input(p.past)) {
    k = join_heads(call, past_part(call, p.past, 0), k);
    v = join_heads(call, past_part(call, p.past, 1), v);
  }
  const Attended made = attend(call, q, k, v, score_bias(call, p.masks, q, k));
  call.set_output(0, from_doubles(made.y, {p.batch, p.length, p.widths[2]}, type));
  if (!call.wants_output(1)) return;
  if (k.size != v.size) call.fail("keys and values of different sizes have no common state");
  std::vector<double> state = k.values;
  state.insert(state.end(), v.values.begin(), v.values.end());
  call.set_output(1, from_doubles(state, {2, k.batch, k.heads, k.length, k.size}, type));
}

OpDef& projected_attributes(OpDef& def) {
  def.attribute("do_rotary", std::int64_t{0}, "must be 0")
      .attribute("past_present_share_buffer", std::int64_t{0}, "must be 0");
  return attention_attributes(def);
}

void infer_projected(ShapeContext& c, DType type, const Dim& values, std::size_t past) {
  std::optional<SymShape> y;
  SymShape state = {2, Dim(), Dim(), key_count(c, past), Dim()};
  const std::int64_t heads = c.attr_int("num_heads");
  if (heads < 1) c.fail(cat("num_heads is ", heads));
  state[2] = heads;
  state[4] = floor_div(values, heads);
  if (const SymShape* x = c.input_shape(0)) {
    if (x->size() != 3) c.fail(cat("input has shape ", to_string(*x), ", wanted rank 3"));
    y = SymShape{(*x)[0], (*x)[1], values};
    state[1] = (*x)[0];
  }
  c.set_output(0, type, y);
  c.set_output(1, type, state);
}

Cost projected_cost(const ShapeContext& c, const Dim& wide, std::size_t past) {
  const SymShape* y = c.output(0).type.shape ? &*c.output(0).type.shape : nullptr;
  if (y == nullptr || !wide.is_number() || !y->back().is_number()) return {};
  // (q and k are as wide as each other)
  const double outputs = value_count(c.output(0).type);
  const double tokens =
      outputs / static_cast<double>(std::max<std::int64_t>(1, y->back().number()));
  const auto queries = tokens * static_cast<double>((wide.number() - y->back().number()) / 2);
  Cost cost = attention_cost(c, queries, key_count(c, past));
  cost.macs += value_count(c.input(0)) * static_cast<double>(wide.number());
  cost.flops = 2 * cost.macs;
  return cost;
}

}  // namespace pare::ops
