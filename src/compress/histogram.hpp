#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pare {

/// Streaming histogram of finite values with bounded memory: kBins bins of width 2^k over
/// [-R, R), R = kBins/2 * 2^k. When a value falls outside, neighbouring bins merge and the width
/// doubles, which is exact; so the result depends only on the multiset of values, not on their
/// order. At least kBins/4 bins cover [0, max |x|].
class Histogram {
 public:
  static constexpr int kBins = 8192;

  void add(std::span<const float> values);

  [[nodiscard]] std::int64_t count() const noexcept { return count_; }  ///< finite values
  [[nodiscard]] std::int64_t not_finite() const noexcept { return not_finite_; }
  [[nodiscard]] float min() const noexcept { return min_; }
  [[nodiscard]] float max() const noexcept { return max_; }
  [[nodiscard]] double bin_width() const noexcept;
  [[nodiscard]] std::span<const std::int64_t> bins() const noexcept { return bins_; }
  /// Centre of bin i.
  [[nodiscard]] double centre(int i) const noexcept;
  /// Values that are exactly zero (they are in the bins too).
  [[nodiscard]] std::int64_t zeros() const noexcept { return zeros_; }
  /// Smallest x such that at least `share` of the values are <= x (bin resolution, within
  /// [min, max]).
  [[nodiscard]] float quantile(double share) const;

 private:
  void widen(float magnitude);
  std::vector<std::int64_t> bins_;
  int exponent_ = 0;  // bin width = 2^exponent_
  std::int64_t count_ = 0;
  std::int64_t zeros_ = 0;
  std::int64_t not_finite_ = 0;
  float min_ = 0;
  float max_ = 0;
};

}  // namespace pare
