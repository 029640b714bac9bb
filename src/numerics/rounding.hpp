#pragma once

#include <cstdint>
#include <span>

#include "base/rng.hpp"

namespace pare {

/// The nearest integer, half to even, whatever rounding mode the processor is in. Infinity and NaN
/// stay what they are.
[[nodiscard]] float round_nearest_even(float x) noexcept;
[[nodiscard]] double round_nearest_even(double x) noexcept;

/// floor(x) or floor(x) + 1, the upper one with probability x - floor(x): right on average.
/// Uses 24 random bits; infinity and NaN stay what they are and use none.
[[nodiscard]] float round_stochastic(float x, Rng& rng) noexcept;

/// Rounds every value to a multiple of `step` (> 0) in place.
void round_to_step(std::span<float> values, float step) noexcept;
void round_to_step_stochastic(std::span<float> values, float step, Rng& rng) noexcept;

/// round_nearest_even, then limited to [least, greatest]; NaN becomes 0.
[[nodiscard]] std::int64_t round_saturate(double x, std::int64_t least,
                                          std::int64_t greatest) noexcept;

}  // namespace pare
