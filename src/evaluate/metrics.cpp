#include "evaluate/metrics.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace pare {

ConfidenceInterval wilson(std::int64_t hits, std::int64_t n, double z) {
  if (n <= 0) return {0, 1};
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(hits) / count;
  const double z2 = z * z;
  const double centre = p + z2 / (2 * count);
  const double half = z * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count));
  const double scale = 1 + z2 / count;
  return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

PairedChange paired_change(std::int64_t won, std::int64_t lost, std::int64_t n) {
  if (n <= 0) return {0, {-1, 1}};
  PairedChange result;
  result.change = static_cast<double>(won - lost) / static_cast<double>(n);
  const double count = static_cast<double>(n) + 2;
  const double b = static_cast<double>(won) + 0.5;
  const double c = static_cast<double>(lost) + 0.5;
  const double change = (b - c) / count;
  const double half =
      kNormal975 * std::sqrt(std::max(0.0, (b + c) - (b - c) * (b - c) / count)) / count;
  result.interval = {std::max(-1.0, change - half), std::min(1.0, change + half)};
  return result;
}

std::int64_t top_class(std::span<const float> scores) {
  std::int64_t best = -1;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(scores[i])) continue;
    if (best < 0 || scores[i] > scores[static_cast<std::size_t>(best)]) {
      best = static_cast<std::int64_t>(i);
    }
  }
  return best;
}

std::int64_t rank_of(std::span<const float> scores, std::int64_t label) {
  const auto at = static_cast<std::size_t>(label);
  const float own = scores[at];
  std::int64_t rank = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (i == at) continue;
    const bool other_nan = std::isnan(scores[i]);
    const bool own_nan = std::isnan(own);
    const bool equal = other_nan == own_nan && (own_nan || scores[i] == own);
    const bool before = equal ? i < at : !other_nan && (own_nan || scores[i] > own);
    if (before) ++rank;
  }
  return rank;
}

void ClassCounts::add(std::span<const float> scores, std::int64_t label) {
  if (label < 0 || label >= static_cast<std::int64_t>(scores.size())) {
    throw Error(Fault::usage,
                cat("label ", label, " is none of the model's ", scores.size(), " classes"));
  }
  add_answer(top_class(scores), label);
  const bool was_top1 = top_class(scores) == label;
  if (!was_top1 && rank_of(scores, label) < 5) ++top5_;
}

void ClassCounts::add_answer(std::int64_t predicted, std::int64_t label) {
  ++samples_;
  ++cells_[label].labels;
  ++cells_[predicted].answers;
  if (predicted != label) return;
  ++cells_[label].hits;
  ++top1_;
  ++top5_;
}

double ClassCounts::macro_f1() const {
  double sum = 0;
  std::int64_t classes = 0;
  for (const auto& [index, cell] : cells_) {
    if (index < 0) continue;  // "no answer" is not a class
    ++classes;
    sum += 2 * static_cast<double>(cell.hits) / static_cast<double>(cell.labels + cell.answers);
  }
  return classes > 0 ? sum / static_cast<double>(classes) : 0;
}

}  // namespace pare
