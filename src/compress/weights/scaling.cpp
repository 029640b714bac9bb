#include "compress/weights/scaling.hpp"

#include <algorithm>
#include <cmath>

namespace pare {

WeightMatrix scaled_columns(WeightMatrix w, std::span<const float> factors) {
  for (std::int64_t r = 0; r < w.rows; ++r) {
    const auto row = w.row(r);
    for (std::size_t c = 0; c < row.size(); ++c) row[c] *= factors[c];
  }
  return w;
}

std::vector<float> smooth_scales(const WeightMatrix& w, std::span<const float> input_amax,
                                 double alpha) {
  constexpr double kLeast = 1e-5;
  std::vector<float> factors;
  for (std::int64_t c = 0; c < w.columns; ++c) {
    double amax = 0;
    for (std::int64_t r = 0; r < w.rows; ++r) {
      amax = std::max(amax, std::fabs(static_cast<double>(w.row(r)[c])));
    }
    const double x = input_amax[c];
    if (x == 0 || amax == 0) {
      factors.push_back(1);
      continue;
    }
    factors.push_back(static_cast<float>(std::pow(std::max(x, kLeast), alpha) /
                                         std::pow(std::max(amax, kLeast), 1 - alpha)));
  }
  return factors;
}

AwqScales awq_scales(const WeightMatrix& w, std::span<const double> h,
                     std::span<const float> mean_abs, const WeightGrid& grid) {
  constexpr int kSteps = 20;
  AwqScales best;
  for (int k = 0; k < kSteps; ++k) {
    const double alpha = static_cast<double>(k) / kSteps;
    std::vector<double> s;
    for (const float m : mean_abs)
      s.push_back(std::max(1e-4, std::pow(static_cast<double>(m), alpha)));
    const auto [least, most] = std::minmax_element(s.begin(), s.end());
    const double norm = std::sqrt(*least * *most);
    std::vector<float> factors;
    std::vector<float> back;
    std::vector<float> importance;  // of a column that is multiplied by f, for a search of scales
    for (const double f : s) {
      factors.push_back(static_cast<float>(f / norm));
      back.push_back(1 / factors.back());
      const std::size_t c = importance.size();
      importance.push_back(static_cast<float>(h[c * s.size() + c]) * back[c] * back[c]);
    }
    const WeightMatrix rounded = scaled_columns(
        round_to_nearest(scaled_columns(w, factors), grid, importance).decoded(), back);
    const double error = output_error(w, rounded, h);
    if (k == 0) best.unscaled = error;
    if (k > 0 && error >= best.error) continue;
    best.factors = std::move(factors);
    best.alpha = alpha;
    best.error = error;
  }
  return best;
}

}  // namespace pare
