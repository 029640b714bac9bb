#include "evaluate/latency.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/rng.hpp"

namespace pare {
namespace {

constexpr int kResamples = 1000;

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

/// Median of values drawn with replacement.
double resampled_median(std::span<const double> values, Rng& rng, std::vector<double>& scratch) {
  scratch.resize(values.size());
  for (double& x : scratch) x = values[rng.below(values.size())];
  const auto middle = scratch.begin() + static_cast<std::ptrdiff_t>(scratch.size() / 2);
  std::nth_element(scratch.begin(), middle, scratch.end());
  if (scratch.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(scratch.begin(), middle)) / 2;
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

Speedup compare_latency(std::span<const double> baseline_ms, std::span<const double> candidate_ms,
                        std::uint64_t seed) {
  Speedup s;
  if (baseline_ms.empty() || candidate_ms.empty()) return s;
  const double baseline = quantile(sorted_copy(baseline_ms), 0.5);
  const double candidate = quantile(sorted_copy(candidate_ms), 0.5);
  if (baseline <= 0 || candidate <= 0) return s;
  s.ratio = baseline / candidate;
  Rng rng(seed, /*stream=*/0x6c6174);
  std::vector<double> ratios;
  std::vector<double> scratch;
  for (int i = 0; i < kResamples; ++i) {
    const double a = resampled_median(baseline_ms, rng, scratch);
    const double b = resampled_median(candidate_ms, rng, scratch);
    if (b > 0) ratios.push_back(a / b);
  }
  std::sort(ratios.begin(), ratios.end());
  s.low = quantile(ratios, 0.025);
  s.high = quantile(ratios, 0.975);
  return s;
}

}  // namespace pare
