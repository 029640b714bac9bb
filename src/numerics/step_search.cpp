#include "numerics/step_search.hpp"

#include "numerics/block_codec.hpp"

namespace pare {
namespace {

/// Weighted sums over one set of codes.
struct Sums {
  double w = 0, l = 0, l2 = 0, x = 0, xl = 0, x2 = 0;
};

Sums sums_of(std::span<const float> x, std::span<const float> w, float inverse, float minus,
             int greatest) {
  Sums s;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double l = nearest_within(inverse * (x[i] + minus), 0, greatest);
    const double wi = w[i];
    const double xi = x[i];
    s.w += wi;
    s.l += wi * l;
    s.l2 += wi * l * l;
    s.x += wi * xi;
    s.xl += wi * xi * l;
    s.x2 += wi * xi * xi;
  }
  return s;
}

/// sum w (step * l - minus - x)^2 from the sums.
double error_of(const Sums& s, double step, double minus) {
  return step * step * s.l2 + minus * minus * s.w + s.x2 -
         2 * (step * minus * s.l + step * s.xl - minus * s.x);
}

/// Searches the inverse steps (offset of the grid in `first` + 0.1 i) / extreme of codes
/// least ... greatest: the LS step with the least weighted error.
float fit_linear(std::span<const float> x, std::span<const float> w, float extreme, float top,
                 int tries, int least, int greatest) {
  float step = extreme / top;
  double best = -1;
  for (int trial = -tries; trial <= tries; ++trial) {
    const float inverse = (top + (top < 0 ? -0.1F : 0.1F) * static_cast<float>(trial)) / extreme;
    double xl = 0;
    double l2 = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double l = nearest_within(inverse * x[i], least, greatest);
      xl += double{w[i]} * double{x[i]} * l;
      l2 += double{w[i]} * l * l;
    }
    // The error is sum w x^2 - xl^2 / l2, so the greatest quotient is best.
    if (l2 > 0 && xl * xl > best * l2) {
      best = xl * xl / l2;
      step = static_cast<float>(xl / l2);
    }
  }
  return step;
}

}  // namespace

AffineStep fit_affine(std::span<const float> x, std::span<const float> w, int greatest,
                      const StepGrid& grid) noexcept {
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  AffineStep best = {0, std::max(-*least, 0.0F)};
  const float range = *most + best.minus;
  const float first = reciprocal(range) * static_cast<float>(greatest);
  if (range <= 0 || first == 0 || !std::isfinite(first)) return best;
  best.step = range / static_cast<float>(greatest);
  double least_error =
      error_of(sums_of(x, w, first, best.minus, greatest), double{best.step}, double{best.minus});
  for (int i = 0; i <= grid.steps; ++i) {
    const float top =
        static_cast<float>(greatest) + grid.least + grid.delta * static_cast<float>(i);
    const Sums s = sums_of(x, w, top / range, best.minus, greatest);
    const double determinant = s.w * s.l2 - s.l * s.l;
    if (determinant <= 0) continue;
    double step = (s.w * s.xl - s.x * s.l) / determinant;
    double minus = (s.l * s.xl - s.l2 * s.x) / determinant;
    if (minus < 0) {
      minus = 0;
      step = s.xl / s.l2;
    }
    const double error = error_of(s, step, minus);
    if (step > 0 && error < least_error) {
      least_error = error;
      best = {static_cast<float>(step), static_cast<float>(minus)};
    }
  }
  return best;
}

float fit_symmetric(std::span<const float> x, std::span<const float> w, int n) noexcept {
  const float extreme = signed_extreme(x);
  if (reciprocal(extreme) == 0) return 0;
  return fit_linear(x, w, extreme, -static_cast<float>(n), 9, -n, n - 1);
}

float fit_positive(std::span<const float> x, std::span<const float> w, int greatest) noexcept {
  const float extreme = signed_extreme(x);
  if (reciprocal(extreme) == 0) return 0;
  return fit_linear(x, w, extreme, static_cast<float>(greatest), 4, 0, greatest);
}

}  // namespace pare
