#include "numerics/rounding.hpp"

#include <cmath>

namespace pare {
namespace {

template <class T>
T nearest_even(T x) noexcept {
  if (!std::isfinite(x)) return x;
  const T below = std::floor(x);
  const T fraction = x - below;  // exact: both lie within one unit of each other
  const T half = static_cast<T>(0.5);
  const bool odd = std::fmod(below, static_cast<T>(2)) != 0;
  const T whole = fraction > half || (fraction == half && odd) ? below + 1 : below;
  return std::copysign(whole, x);
}

}  // namespace

float round_nearest_even(float x) noexcept { return nearest_even(x); }
double round_nearest_even(double x) noexcept { return nearest_even(x); }

float round_stochastic(float x, Rng& rng) noexcept {
  if (!std::isfinite(x)) return x;
  const float below = std::floor(x);
  const float fraction = x - below;
  return rng.uniform() < fraction ? below + 1 : below;
}

void round_to_step(std::span<float> values, float step) noexcept {
  for (float& x : values) x = round_nearest_even(x / step) * step;
}

void round_to_step_stochastic(std::span<float> values, float step, Rng& rng) noexcept {
  for (float& x : values) x = round_stochastic(x / step, rng) * step;
}

std::int64_t round_saturate(double x, std::int64_t least, std::int64_t greatest) noexcept {
  if (std::isnan(x)) return 0;
  const double whole = round_nearest_even(x);
  if (whole <= static_cast<double>(least)) return least;
  if (whole >= static_cast<double>(greatest)) return greatest;
  return static_cast<std::int64_t>(whole);
}

}  // namespace pare
