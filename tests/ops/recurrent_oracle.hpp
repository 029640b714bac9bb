#pragma once

// Recurrent layers by plain loops, for the tests of RNN, GRU and LSTM.

#include <functional>
#include <vector>

#include "ops/elementwise.hpp"

namespace pare {

using Vector = std::vector<double>;

/// A layer with random weights; sizes are small and all different.
struct Layer {
  std::int64_t steps = 4, batch = 3, in = 2, hidden = 5, gates = 1, directions = 1;
  bool reverse = false;
  std::vector<std::int64_t> lengths;  ///< empty = all steps
  Tensor x, w, r, b, h, c;

  Layer(std::int64_t gate_count, const std::string& direction, std::vector<std::int64_t> lens = {})
      : gates(gate_count),
        directions(direction == "bidirectional" ? 2 : 1),
        reverse(direction == "reverse"),
        lengths(std::move(lens)),
        x(noise({steps, batch, in}, 1)),
        w(noise({directions, gates * hidden, in}, 2)),
        r(noise({directions, gates * hidden, hidden}, 3)),
        b(noise({directions, 2 * gates * hidden}, 4)),
        h(noise({directions, batch, hidden}, 5)),
        c(noise({directions, batch, hidden}, 6)) {
    if (lengths.empty()) lengths.assign(static_cast<std::size_t>(batch), steps);
  }

  [[nodiscard]] Tensor lens() const {
    return Tensor::of<std::int64_t>({batch}, lengths).cast(dtype_of(ElementKind::i32));
  }
  /// W x + Wb of unit k of a gate.
  [[nodiscard]] double from_input(std::int64_t d, std::int64_t gate, std::int64_t k,
                                  const Vector& v) const {
    const std::int64_t row = gate * hidden + k;
    double sum = b.to_doubles().at(d * 2 * gates * hidden + row);
    for (std::int64_t i = 0; i < in; ++i) {
      sum += w.to_doubles().at((d * gates * hidden + row) * in + i) * v.at(i);
    }
    return sum;
  }
  /// R h + Rb.
  [[nodiscard]] double from_state(std::int64_t d, std::int64_t gate, std::int64_t k,
                                  const Vector& v) const {
    const std::int64_t row = gate * hidden + k;
    double sum = b.to_doubles().at((2 * d + 1) * gates * hidden + row);
    for (std::int64_t i = 0; i < hidden; ++i) {
      sum += r.to_doubles().at((d * gates * hidden + row) * hidden + i) * v.at(i);
    }
    return sum;
  }
};

struct Unrolled {
  std::vector<float> y, last_h, last_c;
};

using CellFunction =
    std::function<void(std::int64_t direction, const Vector& x, Vector& h, Vector& c)>;

/// All steps of all sequences; y is [T, D, B, H], zero beyond the end of a sequence.
inline Unrolled unroll(const Layer& n, const CellFunction& cell) {
  Unrolled out;
  out.y.assign(static_cast<std::size_t>(n.steps * n.directions * n.batch * n.hidden), 0.0F);
  for (std::int64_t d = 0; d < n.directions; ++d) {
    for (std::int64_t s = 0; s < n.batch; ++s) {
      Vector h;
      Vector c;
      for (std::int64_t k = 0; k < n.hidden; ++k) {
        h.push_back(n.h.to_doubles().at((d * n.batch + s) * n.hidden + k));
        c.push_back(n.c.to_doubles().at((d * n.batch + s) * n.hidden + k));
      }
      for (std::int64_t i = 0; i < n.lengths.at(s); ++i) {
        const std::int64_t t = n.reverse || d == 1 ? n.lengths.at(s) - 1 - i : i;
        Vector x;
        for (std::int64_t k = 0; k < n.in; ++k) {
          x.push_back(n.x.to_doubles().at((t * n.batch + s) * n.in + k));
        }
        cell(d, x, h, c);
        for (std::int64_t k = 0; k < n.hidden; ++k) {
          out.y.at(((t * n.directions + d) * n.batch + s) * n.hidden + k) =
              static_cast<float>(h.at(k));
        }
      }
      for (std::int64_t k = 0; k < n.hidden; ++k) {
        out.last_h.push_back(static_cast<float>(h.at(k)));
        out.last_c.push_back(static_cast<float>(c.at(k)));
      }
    }
  }
  return out;
}

inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// Dimensions 0 and 1 swapped: layout 1 of X and of the states.
inline Tensor swapped(const Tensor& t) {
  return run_op("Transpose", {t}, {{"perm", Ints{1, 0, 2}}})[0];
}

}  // namespace pare
