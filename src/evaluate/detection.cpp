#include "evaluate/detection.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "evaluate/latency.hpp"

namespace pare {
namespace {

constexpr int kResamples = 200;

double overlap(float c1, float size1, float c2, float size2) {
  const double low =
      std::max(static_cast<double>(c1) - size1 / 2, static_cast<double>(c2) - size2 / 2);
  const double high =
      std::min(static_cast<double>(c1) + size1 / 2, static_cast<double>(c2) + size2 / 2);
  return std::max(0.0, high - low);
}

/// Area under the precision envelope. `points` are cumulative (hits, false alarms), best score
/// first.
double area(std::span<const std::pair<double, double>> points, double truths) {
  double sum = 0;
  double best = 0;
  for (std::size_t i = points.size(); i-- > 0;) {
    const auto& [hits, alarms] = points[i];
    const double before = i > 0 ? points[i - 1].first : 0;
    best = std::max(best, hits / (hits + alarms));
    sum += best * (hits - before);
  }
  return truths > 0 ? sum / truths : 0;
}

}  // namespace

double iou(const Box& a, const Box& b) {
  const double both = overlap(a.cx, a.w, b.cx, b.w) * overlap(a.cy, a.h, b.cy, b.h);
  const double either = static_cast<double>(a.w) * a.h + static_cast<double>(b.w) * b.h - both;
  return either > 0 ? both / either : 0;
}

std::vector<Detection> suppress(std::vector<Detection> found, float iou_threshold,
                                std::size_t most) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Detection& a, const Detection& b) { return a.score > b.score; });
  std::vector<Detection> kept;
  for (const Detection& d : found) {
    if (kept.size() >= most) break;
    const bool covered = std::any_of(kept.begin(), kept.end(), [&](const Detection& k) {
      return k.box.label == d.box.label && iou(k.box, d.box) > static_cast<double>(iou_threshold);
    });
    if (!covered) kept.push_back(d);
  }
  return kept;
}

void DetectionCounts::add(const std::vector<Detection>& found, const std::vector<Box>& truths) {
  const auto picture = static_cast<std::int32_t>(pictures_++);
  std::map<std::int64_t, std::int32_t> per_class;
  for (const Box& t : truths) ++per_class[t.label];
  for (const auto& [label, n] : per_class) classes_[label].truths.emplace_back(picture, n);

  std::vector<std::size_t> order(found.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return found[a].score > found[b].score; });
  std::vector<bool> taken(truths.size(), false);
  for (const std::size_t i : order) {
    const Detection& d = found[i];
    double best = least_iou_;
    std::size_t match = truths.size();
    for (std::size_t t = 0; t < truths.size(); ++t) {
      if (taken[t] || truths[t].label != d.box.label) continue;
      const double shared = iou(truths[t], d.box);
      if (shared > best || (shared == best && match == truths.size())) {
        best = shared;
        match = t;
      }
    }
    const bool hit = match < truths.size();
    if (hit) taken[match] = true;
    classes_[d.box.label].found.push_back({d.score, picture, hit});
  }
}

std::map<std::int64_t, double> DetectionCounts::weighted_ap(std::span<const int> weights) const {
  std::map<std::int64_t, double> result;
  for (const auto& [label, c] : classes_) {
    double truths = 0;
    for (const auto& [picture, n] : c.truths) {
      truths += static_cast<double>(n) * weights[static_cast<std::size_t>(picture)];
    }
    if (truths == 0) continue;
    std::vector<Judged> found = c.found;
    std::stable_sort(found.begin(), found.end(),
                     [](const Judged& a, const Judged& b) { return a.score > b.score; });
    std::vector<std::pair<double, double>> points;
    double hits = 0;
    double alarms = 0;
    for (const Judged& j : found) {
      const int weight = weights[static_cast<std::size_t>(j.picture)];
      if (weight == 0) continue;
      (j.hit ? hits : alarms) += weight;
      points.emplace_back(hits, alarms);
    }
    result[label] = area(points, truths);
  }
  return result;
}

std::map<std::int64_t, double> DetectionCounts::ap() const {
  return weighted_ap(std::vector<int>(static_cast<std::size_t>(pictures_), 1));
}

namespace {
double mean_of(const std::map<std::int64_t, double>& values) {
  double sum = 0;
  for (const auto& [label, value] : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}
}  // namespace

double DetectionCounts::mean_ap() const { return mean_of(ap()); }

ConfidenceInterval DetectionCounts::interval(std::uint64_t seed) const {
  if (pictures_ == 0) return {0, 1};
  Rng rng(seed, /*stream=*/0x6d6170);
  const auto n = static_cast<std::size_t>(pictures_);
  std::vector<double> means;
  for (int i = 0; i < kResamples; ++i) {
    std::vector<int> weights(n, 0);
    for (std::size_t k = 0; k < n; ++k) ++weights[rng.below(n)];
    means.push_back(mean_of(weighted_ap(weights)));
  }
  std::sort(means.begin(), means.end());
  return {quantile(means, 0.025), quantile(means, 0.975)};
}

}  // namespace pare
