#include "numerics/stats.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"

namespace pare {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void ErrorStats::add_pair(double r, double v) noexcept {
  ++count_;
  if (!std::isfinite(r) || !std::isfinite(v)) {
    const bool equal = r == v || (std::isnan(r) && std::isnan(v));
    if (!equal) ++nonfinite_;
    return;
  }
  const double error = std::abs(v - r);
  reference_squares_ += r * r;
  value_squares_ += v * v;
  products_ += r * v;
  error_squares_ += error * error;
  error_sum_ += error;
  max_error_ = std::max(max_error_, error);
  max_reference_ = std::max(max_reference_, std::abs(r));
  max_value_ = std::max(max_value_, std::abs(v));
}

void ErrorStats::add(std::span<const float> reference, std::span<const float> values) {
  require(reference.size() == values.size(), "ErrorStats: arrays of different length");
  for (std::size_t i = 0; i < reference.size(); ++i) {
    add_pair(static_cast<double>(reference[i]), static_cast<double>(values[i]));
  }
}

void ErrorStats::add(std::span<const double> reference, std::span<const double> values) {
  require(reference.size() == values.size(), "ErrorStats: arrays of different length");
  for (std::size_t i = 0; i < reference.size(); ++i) add_pair(reference[i], values[i]);
}

void ErrorStats::merge(const ErrorStats& other) noexcept {
  count_ += other.count_;
  nonfinite_ += other.nonfinite_;
  reference_squares_ += other.reference_squares_;
  value_squares_ += other.value_squares_;
  products_ += other.products_;
  error_squares_ += other.error_squares_;
  error_sum_ += other.error_sum_;
  max_error_ = std::max(max_error_, other.max_error_);
  max_reference_ = std::max(max_reference_, other.max_reference_);
  max_value_ = std::max(max_value_, other.max_value_);
}

double ErrorStats::sqnr_db() const noexcept {
  if (!defined()) return kNan;
  if (error_squares_ == 0) return kInfinity;
  if (reference_squares_ == 0) return -kInfinity;
  return 10 * std::log10(reference_squares_ / error_squares_);
}

double ErrorStats::cosine() const noexcept {
  if (!defined()) return kNan;
  if (reference_squares_ == 0 && value_squares_ == 0) return 1;
  if (reference_squares_ == 0 || value_squares_ == 0) return 0;
  const double cosine = products_ / (std::sqrt(reference_squares_) * std::sqrt(value_squares_));
  return std::clamp(cosine, -1.0, 1.0);
}

double ErrorStats::mean_abs_error() const noexcept {
  return defined() ? error_sum_ / static_cast<double>(count_) : kNan;
}

double ErrorStats::mean_squared_error() const noexcept {
  return defined() ? error_squares_ / static_cast<double>(count_) : kNan;
}

ErrorStats compare(std::span<const float> reference, std::span<const float> values) {
  ErrorStats stats;
  stats.add(reference, values);
  return stats;
}

}  // namespace pare
