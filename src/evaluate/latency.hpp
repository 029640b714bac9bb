#pragma once

#include <cstdint>
#include <span>
#include <vector>

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

/// How many times faster a candidate is than a baseline, with a 95 % interval.
struct Speedup {
  double ratio = 0;
  double low = 0;
  double high = 0;
  /// Differences below one percent are within what order and placement of processes do.
  static constexpr double kLeastDifference = 0.01;
  [[nodiscard]] bool is_faster() const noexcept { return low > 1 + kLeastDifference; }
  [[nodiscard]] bool is_slower() const noexcept { return ratio > 0 && high < 1 - kLeastDifference; }
};
/// Runs that share a process have its memory layout and its moment in common: two processes of the
/// same model differ by more than their runs do. So the bootstrap (seeded) draws whole groups.
/// Groups are compared by their lower quartiles, as other programs only ever add time. With equally
/// many groups, groups of the same index were measured together: the result is the median of their
/// ratios, and what slowed both down cancels; else the ratio of the medians.
/// No verdict (all zero) without groups.
using RunGroups = std::vector<std::vector<double>>;
Speedup compare_latency(const RunGroups& baseline_ms, const RunGroups& candidate_ms,
                        std::uint64_t seed = 0);

}  // namespace pare
