#include <algorithm>

#include "ops/_recurrent.hpp"
#include "ops/_recurrent_gradient.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const ops::Recurrent n = ops::read_recurrent(call, 1);
  const auto f = ops::read_activations(call, n.directions, {"Tanh"});
  const auto step = [&](std::int64_t d, const double* sums, double* h, double* /*c*/) {
    std::vector<double> next(static_cast<std::size_t>(n.hidden));
    for (std::int64_t k = 0; k < n.hidden; ++k) {
      const std::int64_t row = d * n.hidden + k;
      const double sum = sums[k] + n.rb[row] + ops::dot(n.r.data() + row * n.hidden, h, n.hidden);
      next[k] = f[d][0](n.clipped(sum));
    }
    std::copy(next.begin(), next.end(), h);
  };
  ops::run_recurrent(call, n, step, ops::read_state(call, n, 5));
}

ops::UnrolledState unrolled(GradientContext& g, const ops::UnrolledCell& cell, Value* sums,
                            const ops::UnrolledState& state) {
  Value* from_state = ops::plus(g, g.matmul(state.h, g.transpose_last(cell.r)), cell.rb);
  return {ops::activate(g, cell.functions[0], g.add(sums, from_state)), nullptr};
}

void gradient(GradientContext& g) { ops::unrolled_gradient(g, {"Tanh"}, unrolled); }

}  // namespace

/// h' = f(W x + Wb + R h + Rb), step by step. Shapes: X [T, B, I], W [D, H, I], R [D, H, H],
/// B [D, 2 H], initial_h [D, B, H] -> Y [T, D, B, H], Y_h [D, B, H]; steps beyond sequence_lens are
/// 0. Source: ONNX RNN, version 22.
OpDefs op_rnn() {
  OpDef def("RNN", 22);
  return ops::recurrent_schema(def)
      .optional_output("Y", types::kFloat)
      .optional_output("Y_h", types::kFloat)
      .define(ops::recurrent_infer, reference, ops::recurrent_cost)
      .differentiable(gradient);
}

}  // namespace pare
