#include <algorithm>

#include "ops/_numbers.hpp"
#include "ops/_recurrent.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const ops::Recurrent n = ops::read_recurrent(call, 4);
  const auto f = ops::read_activations(call, n.directions, {"Sigmoid", "Tanh", "Tanh"});
  const bool coupled = call.attr_int("input_forget") != 0;
  const std::int64_t size = n.hidden;
  std::vector<double> peep(static_cast<std::size_t>(n.directions * 3 * size), 0.0);
  if (call.has_input(7)) {
    ops::want_shape(call, call.input(7), {n.directions, 3 * size}, "P");
    peep = call.input(7).to_doubles();
  }
  const auto step = [&](std::int64_t d, const double* sums, double* h, double* c) {
    // Gates in the order input, output, forget, cell; peepholes input, output, forget.
    const double* p = peep.data() + d * 3 * size;
    const auto sum = [&](std::int64_t gate, std::int64_t k) {
      const std::int64_t row = (d * 4 + gate) * size + k;
      return sums[gate * size + k] + n.rb[row] + ops::dot(n.r.data() + row * size, h, size);
    };
    std::vector<double> next(static_cast<std::size_t>(size));
    for (std::int64_t k = 0; k < size; ++k) {
      const double in = f[d][0](n.clipped(sum(0, k) + p[k] * c[k]));
      const double forget =
          coupled ? 1 - in : f[d][0](n.clipped(sum(2, k) + p[2 * size + k] * c[k]));
      const double cell = forget * c[k] + in * f[d][1](n.clipped(sum(3, k)));
      const double out = f[d][0](n.clipped(sum(1, k) + p[size + k] * cell));
      c[k] = cell;
      next[k] = out * f[d][2](cell);
    }
    std::copy(next.begin(), next.end(), h);
  };
  std::vector<double> cells = ops::read_state(call, n, 6);
  ops::run_recurrent(call, n, step, ops::read_state(call, n, 5), &cells);
}

}  // namespace

/// i, f = f(W x + R h + P c + b), c' = f c + i g(W x + R h + b), o = f(W x + R h + P c' + b),
/// h' = o h(c'). Shapes: X [T, B, I], W [D, 4 H, I], R [D, 4 H, H], B [D, 8 H] (order i, o, f, c),
/// P [D, 3 H] (i, o, f), initial_h, initial_c [D, B, H] -> Y [T, D, B, H], Y_h, Y_c [D, B, H];
/// steps beyond sequence_lens are 0. Source: ONNX LSTM, version 22.
OpDefs op_lstm() {
  OpDef def("LSTM", 22);
  return ops::recurrent_schema(def)
      .optional_input("initial_c", types::kFloat)
      .optional_input("P", types::kFloat)
      .optional_output("Y", types::kFloat)
      .optional_output("Y_h", types::kFloat)
      .optional_output("Y_c", types::kFloat)
      .attribute("input_forget", std::int64_t{0}, "forget = 1 - input")
      .define(ops::recurrent_infer, reference, ops::recurrent_cost);
}

}  // namespace pare
