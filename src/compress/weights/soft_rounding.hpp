#pragma once

#include <algorithm>
#include <cmath>

#include "compress/weights/grid.hpp"

namespace pare {

/// Where a weight lies between the level below it and the one above, as a function of a free
/// number v: h(v) = clip(1.2 sigmoid(v) - 0.1, 0, 1). Source: arXiv:2004.10568.
struct SoftShare {
  float h = 0;      ///< share of the way up
  float slope = 0;  ///< dh / dv
};

inline constexpr float kSoftLow = -0.1F;
inline constexpr float kSoftHigh = 1.1F;

inline SoftShare soft_share(float v) {
  const float sigmoid = 1.0F / (1.0F + std::exp(-v));
  const float h = sigmoid * (kSoftHigh - kSoftLow) + kSoftLow;
  if (h <= 0) return {0, 0};
  if (h >= 1) return {1, 0};
  return {h, (kSoftHigh - kSoftLow) * sigmoid * (1 - sigmoid)};
}

/// v with h(v) = share.
inline float soft_place(float share) {
  const float inside = std::clamp((share - kSoftLow) / (kSoftHigh - kSoftLow), 1e-4F, 1.0F - 1e-4F);
  return std::log(inside / (1 - inside));
}

/// d/dh of 1 - |2h - 1|^beta, which is 0 where h is 0 or 1.
inline float hardness_slope(float h, double beta) {
  const float t = 2 * h - 1;
  const double power = std::pow(std::fabs(static_cast<double>(t)), beta - 1);
  return -static_cast<float>(2 * beta * std::copysign(power, t));
}

/// How far optimization has come.
struct SoftStep {
  int iteration = 0;
  double rate = 0.01;      ///< of Adam
  double rounding = 0.01;  ///< weight of the term that drives towards 0 or 1
  double beta = 0;         ///< its power; 0 = without that term
};

/// Beta falls from 20 to 2 over the iterations behind the first `warm_up` of them, which go without
/// the term.
SoftStep soft_step(int iteration, int iterations, double rate, double rounding, double warm_up);

/// The weights of a layer, each somewhere between two neighbouring levels, for optimizers that know
/// the slope of a loss with respect to them.
class SoftWeights {
 public:
  /// Levels and scales are those of `nearest`; begins at the weights themselves.
  SoftWeights(const WeightMatrix& w, const CodedWeights& nearest);

  [[nodiscard]] WeightMatrix soft() const;
  /// One step of Adam for a loss with that slope [rows, columns].
  void descend(const WeightMatrix& slope, const SoftStep& step);
  /// Each weight at the nearer of its two levels.
  [[nodiscard]] CodedWeights hard() const;

 private:
  const CodedWeights& nearest_;
  std::vector<std::uint8_t> below_;  // index of the level below
  std::vector<float> low_, step_, v_, m_, s_;
};

}  // namespace pare
