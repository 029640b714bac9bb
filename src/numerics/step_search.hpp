#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace pare {

/// Integer nearest to x, half to even, within [least, greatest] (at most 2^22 in magnitude).
[[nodiscard]] inline int nearest_within(float x, int least, int greatest) noexcept {
  const float inside = std::clamp(x, static_cast<float>(least), static_cast<float>(greatest));
  constexpr float kShift = 0x1.8p23F;  // one unit in its last place is 1, so the sum is rounded
  return static_cast<int>((inside + kShift) - kShift);
}

/// x ~ step * code - minus with step >= 0, minus >= 0.
struct AffineStep {
  float step = 0;
  float minus = 0;
};

/// The inverse steps that fit_affine() tries: (greatest code + least + delta * i) / (max - min)
/// for i = 0 ... steps.
struct StepGrid {
  float least = -1;
  float delta = 0.1F;
  int steps = 20;
};

/// Searches for the step and minus of codes 0 ... greatest with the least sum of w (x - q)^2. Every
/// trial's codes are kept while step and minus are solved for by weighted least squares; a minus
/// below zero is set to zero. Weights >= 0, as many as x, all finite.
/// Source: the search of ggml's k-quants.
[[nodiscard]] AffineStep fit_affine(std::span<const float> x, std::span<const float> w,
                                    int greatest, const StepGrid& grid) noexcept;

/// The same for x ~ step * code with codes -n ... n-1. The step may be negative: x of greatest
/// magnitude gets about -n. Tries inverse steps from -(n - 0.9) to -(n + 0.9) over the extreme.
[[nodiscard]] float fit_symmetric(std::span<const float> x, std::span<const float> w,
                                  int n) noexcept;

/// The same for values >= 0 and codes 0 ... greatest; tries greatest + [-0.4, 0.4] over the
/// greatest value.
[[nodiscard]] float fit_positive(std::span<const float> x, std::span<const float> w,
                                 int greatest) noexcept;

}  // namespace pare
