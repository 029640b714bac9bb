#include "evaluate/latency.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "base/rng.hpp"

namespace pare {
namespace {

constexpr int kResamples = 2000;

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

double median(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return quantile(values, 0.5);
}

/// The lower quartile of each group.
std::vector<double> group_levels(const RunGroups& groups) {
  std::vector<double> levels;
  for (const std::vector<double>& group : groups) {
    if (!group.empty()) levels.push_back(quantile(sorted_copy(group), 0.25));
  }
  return levels;
}

/// Ratios of medians drawn with replacement, sorted.
std::vector<double> resampled_ratios(const std::vector<double>& a, const std::vector<double>& b,
                                     Rng& rng) {
  const bool paired = a.size() == b.size();
  std::vector<double> ratios;
  ratios.reserve(kResamples);
  std::vector<double> up(a.size());
  std::vector<double> down(b.size());
  for (int i = 0; i < kResamples; ++i) {
    if (paired) {
      for (double& x : up) {
        const std::size_t k = rng.below(a.size());
        x = a[k] / b[k];
      }
      ratios.push_back(median(up));
      continue;
    }
    for (double& x : up) x = a[rng.below(a.size())];
    for (double& x : down) x = b[rng.below(b.size())];
    ratios.push_back(median(up) / median(down));
  }
  std::sort(ratios.begin(), ratios.end());
  return ratios;
}

}  // namespace

double quantile(std::span<const double> sorted, double share) {
  if (sorted.empty()) return 0;
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(at));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = at - std::floor(at);
  return sorted[below] * (1 - part) + sorted[above] * part;
}

Latency summarise(std::span<const double> run_ms) {
  Latency l;
  l.runs = static_cast<std::int64_t>(run_ms.size());
  if (run_ms.empty()) return l;
  const std::vector<double> sorted = sorted_copy(run_ms);
  l.median_ms = quantile(sorted, 0.5);
  l.p90_ms = quantile(sorted, 0.9);
  l.min_ms = sorted.front();
  l.iqr_ms = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  l.mean_ms = std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(l.runs);
  return l;
}

Speedup compare_latency(const RunGroups& baseline_ms, const RunGroups& candidate_ms,
                        std::uint64_t seed) {
  Speedup s;
  const std::vector<double> a = group_levels(baseline_ms);
  const std::vector<double> b = group_levels(candidate_ms);
  const auto positive = [](double x) { return x > 0; };
  if (a.empty() || b.empty() || !std::all_of(a.begin(), a.end(), positive) ||
      !std::all_of(b.begin(), b.end(), positive)) {
    return s;
  }
  if (a.size() == b.size()) {
    std::vector<double> ratios(a.size());
    std::transform(a.begin(), a.end(), b.begin(), ratios.begin(), std::divides<>());
    s.ratio = median(ratios);
  } else {
    std::vector<double> up = a;
    std::vector<double> down = b;
    s.ratio = median(up) / median(down);
  }
  Rng rng(seed, /*stream=*/0x6c6174);
  const std::vector<double> ratios = resampled_ratios(a, b, rng);
  s.low = quantile(ratios, 0.025);
  s.high = quantile(ratios, 0.975);
  return s;
}

}  // namespace pare
