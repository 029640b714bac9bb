#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace pare {

/// Whether x, below <= x < above, becomes `above`: with probability (x - below) / (above - below),
/// up to 2^-32, so that the mean of many roundings is x. `random`: 32 random bits.
[[nodiscard]] inline bool takes_upper(double x, double below, double above,
                                      std::uint32_t random) noexcept {
  return random < (x - below) / (above - below) * 0x1p32;
}

/// floor(x) or floor(x) + 1, limited to [least, greatest]; NaN becomes 0.
[[nodiscard]] inline double stochastic_integer(double x, double least, double greatest,
                                               std::uint32_t random) noexcept {
  if (std::isnan(x)) return 0;
  if (x <= least) return least;
  if (x >= greatest) return greatest;
  const double below = std::floor(x);
  return takes_upper(x, below, below + 1, random) ? below + 1 : below;
}

/// Code of one of the two neighbours of x in a floating-point format whose codes count up with the
/// magnitude: value(code) and code(x) to nearest, join(magnitude code, negative), kSign its sign
/// bit, kUnit from one magnitude to the next, kLeast and kGreatest, between which finite x are put
/// first. Infinity and NaN are left to code(x).
template <class F>
[[nodiscard]] auto stochastic_float(float x, std::uint32_t random) noexcept {
  if (!std::isfinite(x)) return F::code(x);
  const float inside = std::clamp(x, F::kLeast, F::kGreatest);
  const auto near = F::code(inside);
  const float at = F::value(near);
  if (at == inside) return near;
  const auto magnitude = static_cast<std::uint32_t>(near & ~F::kSign);
  const bool inward = std::abs(at) > std::abs(inside);
  const auto other = F::join(inward ? magnitude - F::kUnit : magnitude + F::kUnit, inside < 0);
  const float far = F::value(other);
  const bool upper = takes_upper(inside, std::min(at, far), std::max(at, far), random);
  return upper == (at > far) ? near : other;
}

}  // namespace pare
