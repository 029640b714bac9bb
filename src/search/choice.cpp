#include <algorithm>
#include <tuple>

#include "search/tune.hpp"

namespace pare {
namespace {

constexpr double kClearlySlower = 0.95;

bool measured(const Trial& t) { return t.status == Trial::Status::measured; }

bool slower_than_a_milder(const std::vector<Trial>& trials, const Trial& candidate) {
  return std::any_of(trials.begin(), trials.end(), [&](const Trial& t) {
    return measured(t) && t.candidate.rung < candidate.candidate.rung && is_slower(candidate, t);
  });
}

std::uint64_t original_bytes(const std::vector<Trial>& trials) {
  return trials.empty() ? 0 : trials.front().bytes;
}

// A candidate that was dropped after some samples stands as far from the original on all of them as
// on those: its own accuracy there says as much about the samples as about itself.
Figures expected_figures(const std::vector<Trial>& trials, const Trial& t) {
  Figures f = figures_of(t, original_bytes(trials));
  if (t.complete) return f;
  f.baseline_accuracy = trials.front().accuracy.value;
  f.accuracy = f.baseline_accuracy + (t.accuracy.value - t.baseline_accuracy);
  return f;
}

}  // namespace

bool is_slower(const Trial& candidate, const Trial& milder) {
  return candidate.speedup.high < kClearlySlower * milder.speedup.low;
}

Figures figures_of(const Trial& t, std::uint64_t original) {
  return {t.accuracy.value, t.baseline_accuracy, t.latency.median_ms, t.bytes,
          original,         t.peak_memory_bytes};
}

std::optional<std::size_t> choose(const std::vector<Trial>& trials, const Limits& limits,
                                  bool allow_slower) {
  std::optional<std::size_t> best;
  for (std::size_t i = 1; i < trials.size(); ++i) {
    const Trial& t = trials[i];
    if (!measured(t) || !t.complete) continue;
    if (!all_met(judge(limits, figures_of(t, original_bytes(trials))))) continue;
    if (!allow_slower && slower_than_a_milder(trials, t)) continue;
    if (!best || t.candidate.rung < trials[*best].candidate.rung) best = i;
  }
  return best;
}

std::optional<std::size_t> closest(const std::vector<Trial>& trials, const Limits& limits) {
  std::optional<std::size_t> best;
  // Not slower before slower, then the smaller distance, then the milder.
  std::tuple<bool, double, int> best_rank;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Trial& t = trials[i];
    if (!measured(t)) continue;
    const double d = distance(judge(limits, expected_figures(trials, t)));
    const std::tuple<bool, double, int> rank(slower_than_a_milder(trials, t), d,
                                             static_cast<int>(t.candidate.rung));
    if (!best || rank < best_rank) {
      best = i;
      best_rank = rank;
    }
  }
  return best;
}

}  // namespace pare
