#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace pare {

/// An importance as a weight: what is not a positive finite number counts as 0.
[[nodiscard]] inline float importance_of(float x) noexcept {
  return std::isfinite(x) && x > 0 ? x : 0.0F;
}

inline void plain_importance(std::span<const float> importance, std::span<float> w) noexcept {
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = importance_of(importance[i]);
}

/// w = importance * sqrt(spread * mean(x^2) + x^2), finite for every x. All of one length.
inline void importance_weights(std::span<const float> x, std::span<const float> importance,
                               float spread, std::span<float> w) noexcept {
  double squares = 0;
  for (const float v : x) squares += double{v} * double{v};
  const double base = double{spread} * squares / static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double root = std::sqrt(base + double{x[i]} * double{x[i]});
    w[i] = static_cast<float>(std::min(double{importance_of(importance[i])} * root, 0x1.0p126));
  }
}

}  // namespace pare
