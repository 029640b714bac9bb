#include "ops/_lstm.hpp"

#include <algorithm>

#include "ops/_numbers.hpp"

namespace pare::ops {

void run_lstm(OpCall& call, const Recurrent& n,
              const std::function<void(std::vector<double>&)>& seen) {
  const auto f = read_activations(call, n.directions, {"Sigmoid", "Tanh", "Tanh"});
  const bool coupled = call.attr_int("input_forget") != 0;
  const std::int64_t size = n.hidden;
  std::vector<double> peep(static_cast<std::size_t>(n.directions * 3 * size), 0.0);
  if (call.has_input(7)) {
    want_shape(call, call.input(7), {n.directions, 3 * size}, "P");
    peep = call.input(7).to_doubles();
  }
  const auto step = [&](std::int64_t d, const double* sums, double* h, double* c) {
    std::vector<double> state(h, h + size);
    if (seen) seen(state);
    // Gates in the order input, output, forget, cell; peepholes input, output, forget.
    const double* p = peep.data() + d * 3 * size;
    const auto sum = [&](std::int64_t gate, std::int64_t k) {
      const std::int64_t row = (d * 4 + gate) * size + k;
      return sums[gate * size + k] + n.rb[row] + dot(n.r.data() + row * size, state.data(), size);
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
  std::vector<double> cells = read_state(call, n, 6);
  run_recurrent(call, n, step, read_state(call, n, 5), &cells);
}

}  // namespace pare::ops
