#include "kernels/recurrent/recurrent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.hpp"

namespace pare {
namespace {

std::vector<float> numbers(Rng& rng, std::int64_t n, double scale) {
  std::vector<float> v(static_cast<std::size_t>(n));
  for (float& x : v) x = static_cast<float>((2 * rng.uniform() - 1) * scale);
  return v;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// One row of an LSTM in double; the hidden states of all steps.
std::vector<double> lstm_in_double(const RecurrentWeights& s, const std::vector<float>& x,
                                   std::int64_t steps) {
  const auto hidden = static_cast<std::size_t>(s.hidden);
  const auto input = static_cast<std::size_t>(s.input);
  std::vector<double> h(hidden), c(hidden), y;
  for (std::size_t t = 0; t < static_cast<std::size_t>(steps); ++t) {
    std::vector<double> next(hidden);
    for (std::size_t u = 0; u < hidden; ++u) {
      double sum[4];
      for (std::size_t g = 0; g < 4; ++g) {
        const std::size_t row = g * hidden + u;
        sum[g] = static_cast<double>(s.wb[row]) + static_cast<double>(s.rb[row]);
        for (std::size_t i = 0; i < input; ++i) {
          sum[g] +=
              static_cast<double>(s.w[row * input + i]) * static_cast<double>(x[t * input + i]);
        }
        for (std::size_t i = 0; i < hidden; ++i) {
          sum[g] += static_cast<double>(s.r[row * hidden + i]) * h[i];
        }
      }
      c[u] = logistic(sum[2]) * c[u] + logistic(sum[0]) * std::tanh(sum[3]);
      next[u] = logistic(sum[1]) * std::tanh(c[u]);
    }
    h = next;
    y.insert(y.end(), h.begin(), h.end());
  }
  return y;
}

TEST(RecurrentKernels, LstmIsThatOfDoublesOnEveryInstructionSet) {
  for (const RecurrentKernels* k : recurrent_kernels()) {
    for (const std::int64_t hidden : {1, 15, 16, 17, 40}) {
      for (const std::int64_t batch : {1, 2, 3, 4, 7}) {
        Rng rng(5);
        constexpr std::int64_t kSteps = 5;
        RecurrentWeights s;
        s.input = 9;
        s.hidden = hidden;
        s.rule.clip = std::numeric_limits<float>::infinity();
        s.w = numbers(rng, 4 * hidden * s.input, 0.5);
        s.r = numbers(rng, 4 * hidden * hidden, 0.3);
        s.wb = numbers(rng, 4 * hidden, 0.5);
        s.rb = numbers(rng, 4 * hidden, 0.5);
        const RecurrentLayer layer(s, *k);
        const std::vector<float> x = numbers(rng, batch * kSteps * s.input, 1);
        std::vector<float> y(static_cast<std::size_t>(batch * kSteps * hidden));
        std::vector<std::byte> scratch(layer.scratch_bytes(kSteps, batch) + 64);
        RecurrentData d;
        d.steps = kSteps;
        d.batch = batch;
        d.x = x.data();
        d.x_step = s.input;
        d.x_row = kSteps * s.input;
        d.y = y.data();
        d.y_step = hidden;
        d.y_row = kSteps * hidden;
        layer.run(d, scratch.data());
        for (std::int64_t b = 0; b < batch; ++b) {
          const std::vector<float> row(x.begin() + b * d.x_row, x.begin() + (b + 1) * d.x_row);
          const std::vector<double> want = lstm_in_double(s, row, kSteps);
          for (std::size_t i = 0; i < want.size(); ++i) {
            const auto at = static_cast<std::size_t>(b * d.y_row) + i;
            ASSERT_NEAR(static_cast<double>(y[at]), want[i], 32 * 0x1p-24)
                << k->isa << " " << hidden << " " << batch;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace pare
