#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "base/rng.hpp"
#include "compress/weights/grid.hpp"

namespace pare::toy {

/// The layer on which methods are compared: 128 inputs that are correlated along the channels
/// (autoregressive, 0.9) and of very different size (lognormal, 0.8), 48 outputs, 512 samples.
struct Layer {
  WeightMatrix w{48, 128, {}};
  std::vector<std::vector<double>> x;  ///< samples
  std::vector<double> h;               ///< E[x x']
  std::vector<float> amax, mean_abs;   ///< per channel

  explicit Layer(std::uint64_t seed, std::int64_t outliers = 0, double factor = 1) {
    Rng rng(seed);
    const std::int64_t n = w.columns;
    std::vector<double> size;
    for (std::int64_t c = 0; c < n; ++c) size.push_back(std::exp(0.8 * double{rng.normal()}));
    for (std::int64_t i = 0; i < outliers; ++i) size[i * 37 + 11] *= factor;
    for (std::int64_t i = 0; i < w.rows * n; ++i) {
      w.values.push_back(rng.normal() / std::sqrt(static_cast<float>(n)));
    }
    h.assign(static_cast<std::size_t>(n * n), 0);
    amax.assign(static_cast<std::size_t>(n), 0);
    mean_abs.assign(static_cast<std::size_t>(n), 0);
    constexpr int kSamples = 512;
    for (int s = 0; s < kSamples; ++s) {
      std::vector<double> row;
      double z = rng.normal();
      for (std::int64_t c = 0; c < n; ++c) {
        if (c > 0) z = 0.9 * z + std::sqrt(1 - 0.81) * double{rng.normal()};
        row.push_back(z * size[c]);
      }
      for (std::int64_t i = 0; i < n; ++i) {
        add(h.data() + i * n, row, row[i] / kSamples);
        amax[i] = std::max(amax[i], static_cast<float>(std::fabs(row[i])));
        mean_abs[i] += static_cast<float>(std::fabs(row[i]) / kSamples);
      }
      x.push_back(std::move(row));
    }
  }

  /// |(W - V) X|^2 / |W X|^2 over the samples.
  [[nodiscard]] double error(const WeightMatrix& v) const {
    double noise = 0;
    double signal = 0;
    for (const auto& row : x) {
      for (std::int64_t r = 0; r < w.rows; ++r) {
        const double want = dot(w.row(r), row);
        const double got = dot(v.row(r), row);
        signal += want * want;
        noise += (want - got) * (want - got);
      }
    }
    return noise / signal;
  }

 private:
  // Millions of steps, in builds that check each call and optimise nothing: on plain pointers.
  static void add(double* sum, const std::vector<double>& values, double factor) {
    const double* v = values.data();
    for (const double* end = v + values.size(); v != end; ++v, ++sum) *sum += *v * factor;
  }
  static double dot(std::span<const float> weights, const std::vector<double>& inputs) {
    double sum = 0;
    const float* a = weights.data();
    const double* b = inputs.data();
    for (const float* end = a + weights.size(); a != end; ++a, ++b) sum += *a * *b;
    return sum;
  }
};

/// The grid of the published comparison: a range per row or group with a zero point.
inline WeightGrid asymmetric(int bits, std::int64_t group = 0) {
  WeightGrid grid = grid_of(dtype_by_name("uint" + std::to_string(bits)));
  grid.symmetric = false;
  grid.group = group;
  return grid;
}

}  // namespace pare::toy
