#include "compress/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace pare {
namespace {

constexpr int kHalf = Histogram::kBins / 2;

// Smallest k with magnitude < kHalf * 2^k.
int exponent_for(float magnitude) {
  int e = 0;
  std::frexp(magnitude, &e);  // magnitude < 2^e
  constexpr int kHalfLog2 = 12;
  static_assert((1 << kHalfLog2) == kHalf);
  return std::max(e - kHalfLog2, -140);
}

}  // namespace

double Histogram::bin_width() const noexcept { return std::ldexp(1.0, exponent_); }

double Histogram::centre(int i) const noexcept {
  return (static_cast<double>(i - kHalf) + 0.5) * bin_width();
}

void Histogram::widen(float magnitude) {
  const int wanted = exponent_for(magnitude);
  if (bins_.empty()) {
    bins_.assign(kBins, 0);
    exponent_ = wanted;
    return;
  }
  while (exponent_ < wanted) {
    std::vector<std::int64_t> merged(kBins, 0);
    for (int i = 0; i < kBins; ++i) {
      const int from_zero = i - kHalf;
      const int target = (from_zero >= 0 ? from_zero / 2 : (from_zero - 1) / 2) + kHalf;
      merged[static_cast<std::size_t>(target)] += bins_[static_cast<std::size_t>(i)];
    }
    bins_ = std::move(merged);
    ++exponent_;
  }
}

void Histogram::add(std::span<const float> values) {
  float lo = 0;
  float hi = 0;
  bool any = false;
  for (const float x : values) {
    if (!std::isfinite(x)) continue;
    lo = any ? std::min(lo, x) : x;
    hi = any ? std::max(hi, x) : x;
    any = true;
  }
  if (!any) {
    not_finite_ += static_cast<std::int64_t>(values.size());
    return;
  }
  min_ = count_ > 0 ? std::min(min_, lo) : lo;
  max_ = count_ > 0 ? std::max(max_, hi) : hi;
  widen(std::max(std::fabs(lo), std::fabs(hi)));
  const auto scale = static_cast<float>(std::ldexp(1.0, -exponent_));  // a power of two: exact
  for (const float x : values) {
    if (!std::isfinite(x)) {
      ++not_finite_;
      continue;
    }
    const int bin = static_cast<int>(std::floor(x * scale)) + kHalf;
    ++bins_[static_cast<std::size_t>(std::clamp(bin, 0, kBins - 1))];
    zeros_ += x == 0.0F ? 1 : 0;
    ++count_;
  }
}

float Histogram::quantile(double share) const {
  if (count_ == 0) return 0;
  const double wanted = share * static_cast<double>(count_);
  double seen = 0;
  for (int i = 0; i < kBins; ++i) {
    seen += static_cast<double>(bins_[static_cast<std::size_t>(i)]);
    if (seen >= wanted && seen > 0) {
      const double upper = static_cast<double>(i + 1 - kHalf) * bin_width();
      return std::clamp(static_cast<float>(upper), min_, max_);
    }
  }
  return max_;
}

}  // namespace pare
