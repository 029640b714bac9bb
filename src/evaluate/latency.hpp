#pragma once

#include <cstdint>
#include <span>

namespace pare {

/// Times of single runs, summarised.
struct Latency {
  std::int64_t runs = 0;
  double median_ms = 0;
  double p90_ms = 0;
  double mean_ms = 0;
  double min_ms = 0;
  double iqr_ms = 0;  ///< upper minus lower quartile
  /// iqr / median: how restless the machine was.
  [[nodiscard]] double spread() const noexcept { return median_ms > 0 ? iqr_ms / median_ms : 0; }
};

/// Quantile `share` in [0, 1] of sorted values, linear between neighbours (Hyndman and Fan's
/// type 7). 0 for no values.
double quantile(std::span<const double> sorted, double share);
Latency summarise(std::span<const double> run_ms);

/// How many times faster `candidate` is than `baseline` (ratio of the medians), with a 95 %
/// interval by the bootstrap over runs, seeded.
struct Speedup {
  double ratio = 0;
  double low = 0;
  double high = 0;
  [[nodiscard]] bool is_faster() const noexcept { return low > 1; }
  [[nodiscard]] bool is_slower() const noexcept { return high < 1; }
};
Speedup compare_latency(std::span<const double> baseline_ms, std::span<const double> candidate_ms,
                        std::uint64_t seed = 0);

}  // namespace pare
