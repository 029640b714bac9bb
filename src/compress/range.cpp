#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "compress/calibrate.hpp"

namespace pare {
namespace {

constexpr int kHalf = Histogram::kBins / 2;

Range with_zero(float lo, float hi) { return {std::min(lo, 0.0F), std::max(hi, 0.0F)}; }

Range percentile_range(const Histogram& h, double percentile) {
  const double tail = 1.0 - percentile / 100.0;
  if (h.min() >= 0) return with_zero(0, h.quantile(1.0 - tail));
  if (h.max() <= 0) return with_zero(h.quantile(tail), 0);
  return with_zero(h.quantile(tail / 2), h.quantile(1.0 - tail / 2));
}

// Histogram of |x|, bin i covers [i, i+1) * width.
std::vector<double> magnitudes(const Histogram& h) {
  std::vector<double> out(kHalf, 0.0);
  const auto bins = h.bins();
  constexpr std::size_t middle = kHalf;
  for (std::size_t i = 0; i < middle; ++i) {
    out[i] = static_cast<double>(bins[middle + i]) + static_cast<double>(bins[middle - 1 - i]);
  }
  // Zeros form a spike that no threshold changes: leave them to their neighbour's level.
  out[0] = out[1];
  while (!out.empty() && out.back() == 0) out.pop_back();
  return out;
}

// KL divergence between the first `n` bins with the tail folded into the last one, and the same
// bins merged into `groups` levels and spread back over the bins that are not empty.
double divergence(const std::vector<double>& m, std::size_t n, std::size_t groups, double tail) {
  double total_q = 0;
  std::vector<double> q(n, 0.0);
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t begin = g * n / groups;
    const std::size_t end = (g + 1) * n / groups;
    double sum = 0;
    std::size_t used = 0;
    for (std::size_t i = begin; i < end; ++i) {
      sum += m[i];
      used += m[i] > 0 ? 1 : 0;
    }
    for (std::size_t i = begin; i < end && used > 0; ++i) {
      if (m[i] > 0) q[i] = sum / static_cast<double>(used);
    }
    total_q += sum;
  }
  double total_p = tail;
  for (std::size_t i = 0; i < n; ++i) total_p += m[i];
  if (total_p <= 0 || total_q <= 0) return INFINITY;
  double kl = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double p = (m[i] + (i + 1 == n ? tail : 0.0)) / total_p;
    if (p <= 0) continue;
    const double other = std::max(q[i] / total_q, 1e-12);
    kl += p * std::log(p / other);
  }
  return kl;
}

Range entropy_range(const Histogram& h, int levels) {
  const std::vector<double> m = magnitudes(h);
  const bool one_sided = h.min() >= 0 || h.max() <= 0;
  const auto groups = static_cast<std::size_t>(one_sided ? levels : levels / 2);
  float threshold = std::max(std::fabs(h.min()), std::fabs(h.max()));
  if (m.size() > groups) {
    double tail = 0;
    std::vector<double> tails(m.size() + 1, 0.0);
    for (std::size_t i = m.size(); i-- > 0;) {
      tails[i] = tail += m[i];
    }
    const std::size_t step = std::max<std::size_t>(1, (m.size() - groups) / 1024);
    double best = INFINITY;
    for (std::size_t n = groups; n <= m.size(); n += step) {
      const double kl = divergence(m, n, groups, n < m.size() ? tails[n] : 0.0);
      if (kl <= best) {
        best = kl;
        threshold = static_cast<float>(static_cast<double>(n) * h.bin_width());
      }
    }
  }
  return with_zero(std::max(h.min(), -threshold), std::min(h.max(), threshold));
}

double expected_error(const Histogram& h, double lo, double hi, int levels, double power) {
  const double step = (hi - lo) / (levels - 1);
  if (!(step > 0)) return INFINITY;
  const double zero = std::nearbyint(-lo / step);
  double error = 0;
  const auto bins = h.bins();
  for (int i = 0; i < Histogram::kBins; ++i) {
    const auto n = bins[static_cast<std::size_t>(i)];
    if (n == 0) continue;
    const double x = h.centre(i);
    const double q = std::clamp(std::nearbyint(x / step) + zero, 0.0, levels - 1.0);
    const double d = x - (q - zero) * step;
    error += static_cast<double>(n) * (power == 2 ? d * d : std::pow(std::fabs(d), power));
  }
  return error;
}

Range searched_range(const Histogram& h, int levels, double power) {
  const Range full = with_zero(h.min(), h.max());
  constexpr int kSteps = 100;
  const auto search = [&](const auto& make) {
    double best = INFINITY;
    int best_i = 0;
    for (int i = 0; i < kSteps - 5; ++i) {
      const Range r = make(1.0 - static_cast<double>(i) / kSteps);
      const double e = expected_error(h, r.lo, r.hi, levels, power);
      if (e < best) {
        best = e;
        best_i = i;
      }
    }
    return 1.0 - static_cast<double>(best_i) / kSteps;
  };
  const auto part = [](float x, double share) { return static_cast<float>(x * share); };
  // Both ends together first, then each end on its own.
  const double both = search([&](double s) { return Range{part(full.lo, s), part(full.hi, s)}; });
  Range r{part(full.lo, both), part(full.hi, both)};
  if (full.lo < 0 && full.hi > 0) {
    const double low = search([&](double s) { return Range{part(full.lo, s), r.hi}; });
    r.lo = part(full.lo, low);
    const double high = search([&](double s) { return Range{r.lo, part(full.hi, s)}; });
    r.hi = part(full.hi, high);
  }
  return r;
}

}  // namespace

const std::vector<std::string>& range_method_names() {
  static const std::vector<std::string> kNames = {"minmax", "percentile",     "entropy",
                                                  "mse",    "moving_average", "norm"};
  return kNames;
}

RangeMethod parse_range_method(std::string_view name) {
  const auto& names = range_method_names();
  const auto it = std::find(names.begin(), names.end(), name);
  if (it != names.end()) return static_cast<RangeMethod>(it - names.begin());
  throw Error(Fault::config,
              cat("unknown calibration '", name, "'; known are: ", join(names, ", ")));
}

Range choose_range(const ActivationStats& stats, RangeMethod method, int levels,
                   double percentile) {
  constexpr double kNorm = 2.4;
  const Histogram& h = stats.histogram;
  if (h.count() == 0) return {0, 0};
  switch (method) {
    case RangeMethod::minmax: return with_zero(h.min(), h.max());
    case RangeMethod::percentile: return percentile_range(h, percentile);
    case RangeMethod::entropy: return entropy_range(h, levels);
    case RangeMethod::mse: return searched_range(h, levels, 2);
    case RangeMethod::moving_average: return with_zero(stats.moving.lo, stats.moving.hi);
    case RangeMethod::norm: return searched_range(h, levels, kNorm);
  }
  return with_zero(h.min(), h.max());
}

}  // namespace pare
