#include <algorithm>

#include "ops/_recurrent.hpp"
#include "ops/_recurrent_gradient.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const ops::Recurrent n = ops::read_recurrent(call, 3);
  const auto f = ops::read_activations(call, n.directions, {"Sigmoid", "Tanh"});
  const bool reset_last = call.attr_int("linear_before_reset") != 0;
  const std::int64_t size = n.hidden;
  // Gates in the order update, reset, hidden.
  const auto recurrent = [&](std::int64_t d, std::int64_t gate, std::int64_t k, const double* h) {
    return ops::dot(n.r.data() + ((d * 3 + gate) * size + k) * size, h, size);
  };
  const auto step = [&](std::int64_t d, const double* sums, double* h, double* /*c*/) {
    const double* rb = n.rb.data() + d * 3 * size;
    const auto count = static_cast<std::size_t>(size);
    std::vector<double> update(count);
    std::vector<double> reset(count);
    std::vector<double> kept(count);
    for (std::int64_t k = 0; k < size; ++k) {
      update[k] = f[d][0](n.clipped(sums[k] + rb[k] + recurrent(d, 0, k, h)));
      reset[k] = f[d][0](n.clipped(sums[size + k] + rb[size + k] + recurrent(d, 1, k, h)));
      kept[k] = reset[k] * h[k];
    }
    std::vector<double> next(count);
    for (std::int64_t k = 0; k < size; ++k) {
      const double bias = rb[2 * size + k];
      const double from_state = reset_last ? reset[k] * (recurrent(d, 2, k, h) + bias)
                                           : recurrent(d, 2, k, kept.data()) + bias;
      const double fresh = f[d][1](n.clipped(sums[2 * size + k] + from_state));
      next[k] = (1 - update[k]) * fresh + update[k] * h[k];
    }
    std::copy(next.begin(), next.end(), h);
  };
  ops::run_recurrent(call, n, step, ops::read_state(call, n, 5));
}

ops::UnrolledState unrolled(GradientContext& g, const ops::UnrolledCell& cell, Value* sums,
                            const ops::UnrolledState& state) {
  // Gates in the order update, reset, hidden.
  const auto in = ops::equal_parts(g, sums, 3, 1);
  const auto r = ops::equal_parts(g, cell.r, 3, 0);
  std::vector<Value*> rb(3, nullptr);
  if (cell.rb != nullptr) rb = ops::equal_parts(g, cell.rb, 3, 0);
  const auto recurrent = [&](Value* h, std::size_t gate) {
    return ops::plus(g, g.matmul(h, g.transpose_last(r[gate])), rb[gate]);
  };
  const auto gate = [&](std::size_t i) {
    return ops::activate(g, cell.functions[0], g.add(in[i], recurrent(state.h, i)));
  };
  Value* update = gate(0);
  Value* reset = gate(1);
  Value* from_state = g.attr_int("linear_before_reset") != 0 ? g.mul(reset, recurrent(state.h, 2))
                                                             : recurrent(g.mul(reset, state.h), 2);
  Value* fresh = ops::activate(g, cell.functions[1], g.add(in[2], from_state));
  return {g.add(fresh, g.mul(update, g.sub(state.h, fresh))), nullptr};
}

void gradient(GradientContext& g) { ops::unrolled_gradient(g, {"Sigmoid", "Tanh"}, unrolled); }

}  // namespace

/// z = f(Wz x + Rz h + bz), r = f(Wr x + Rr h + br), n = g(Wh x + Wbh + Rh (r h) + Rbh) or, with
/// linear_before_reset, g(Wh x + Wbh + r (Rh h + Rbh)); h' = (1 - z) n + z h. Shapes: X [T, B, I],
/// W [D, 3 H, I], R [D, 3 H, H], B [D, 6 H] (order z, r, h) -> Y [T, D, B, H], Y_h [D, B, H].
/// Source: ONNX GRU, version 22.
OpDefs op_gru() {
  OpDef def("GRU", 22);
  return ops::recurrent_schema(def)
      .optional_output("Y", types::kFloat)
      .optional_output("Y_h", types::kFloat)
      .attribute("linear_before_reset", std::int64_t{0}, "reset behind the product")
      .define(ops::recurrent_infer, reference, ops::recurrent_cost)
      .differentiable(gradient);
}

}  // namespace pare
